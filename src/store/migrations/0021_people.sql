-- Ways in without a password, who was invited, who agreed to be recorded.

CREATE TABLE invitation (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('organiser', 'host', 'speaker')),
        created_us INTEGER NOT NULL,
        accepted_us INTEGER,
        withdrawn_us INTEGER
);
CREATE INDEX invitation_account ON invitation(account_id);
-- One open invitation for a role; the next one comes after it was accepted or withdrawn.
CREATE UNIQUE INDEX invitation_open ON invitation(event_id, account_id, role)
        WHERE accepted_us IS NULL AND withdrawn_us IS NULL;

CREATE TABLE link (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,             -- BLAKE2b of the token; the token itself is only in the mail
        purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'invitation', 'personal')),
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER REFERENCES event(id) ON DELETE CASCADE,
        invitation_id INTEGER REFERENCES invitation(id) ON DELETE CASCADE,
        next TEXT NOT NULL DEFAULT '',         -- path to go to after it
        created_us INTEGER NOT NULL,
        expires_us INTEGER NOT NULL,
        used_us INTEGER,                       -- of the purposes that are used once
        revoked_us INTEGER
);
CREATE INDEX link_account ON link(account_id, purpose);

-- What slows guessing and flooding down, by network (a /24 or /64); erased after a day.
CREATE TABLE throttle (
        kind TEXT NOT NULL,
        network TEXT NOT NULL,
        count INTEGER NOT NULL,
        since_us INTEGER NOT NULL,             -- the first of this count
        last_us INTEGER NOT NULL,
        PRIMARY KEY (kind, network)
);

-- Whose voice and picture may be recorded and published. A withdrawal keeps the row: both dates are the proof.
CREATE TABLE consent (
        id INTEGER PRIMARY KEY,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        given_us INTEGER NOT NULL,
        withdrawn_us INTEGER
);
CREATE UNIQUE INDEX consent_standing ON consent(account_id, event_id) WHERE withdrawn_us IS NULL;
