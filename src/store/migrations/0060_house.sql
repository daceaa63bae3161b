-- Roles of a whole team, and what a programme needs that changes while people count on it.

CREATE TABLE role_new (
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('event-owner', 'organiser', 'programme', 'stage-manager', 'captioner',
                                           'check-in', 'read-only', 'host', 'speaker', 'attendee')),
        PRIMARY KEY (account_id, event_id, role)
);
INSERT INTO role_new SELECT account_id, event_id, role FROM role;
DROP TABLE role;
ALTER TABLE role_new RENAME TO role;
CREATE INDEX role_event ON role(event_id, role);

CREATE TABLE invitation_new (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('event-owner', 'organiser', 'programme', 'stage-manager', 'captioner',
                                           'check-in', 'read-only', 'host', 'speaker')),
        created_us INTEGER NOT NULL,
        accepted_us INTEGER,
        withdrawn_us INTEGER
);
INSERT INTO invitation_new SELECT id, event_id, account_id, role, created_us, accepted_us, withdrawn_us FROM invitation;
-- links keep their invitation: the row's number stays
CREATE TABLE link_new (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,             -- BLAKE2b of the token; the token itself is only in the mail
        purpose TEXT NOT NULL CHECK (purpose IN ('sign-in', 'invitation', 'personal')),
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER REFERENCES event(id) ON DELETE CASCADE,
        invitation_id INTEGER REFERENCES invitation_new(id) ON DELETE CASCADE,
        next TEXT NOT NULL DEFAULT '',         -- path to go to after it
        created_us INTEGER NOT NULL,
        expires_us INTEGER NOT NULL,
        used_us INTEGER,                       -- of the purposes that are used once
        revoked_us INTEGER
);
INSERT INTO link_new SELECT id, hash, purpose, account_id, event_id, invitation_id, next, created_us, expires_us, used_us,
        revoked_us FROM link;
DROP TABLE link;
DROP TABLE invitation;
ALTER TABLE invitation_new RENAME TO invitation; -- renames the reference of link_new too
ALTER TABLE link_new RENAME TO link;
CREATE INDEX link_account ON link(account_id, purpose);
CREATE INDEX invitation_account ON invitation(account_id);
CREATE UNIQUE INDEX invitation_open ON invitation(event_id, account_id, role)
        WHERE accepted_us IS NULL AND withdrawn_us IS NULL;

ALTER TABLE room ADD COLUMN capacity INTEGER NOT NULL DEFAULT 0;       -- seats on site, 0: not said
ALTER TABLE talk ADD COLUMN places INTEGER NOT NULL DEFAULT 0;         -- of those who sign up for it, 0: open to all
ALTER TABLE talk ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;       -- of its calendar entry: one more at each change
ALTER TABLE talk ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;

-- What changed for those who count on a session: told by mail, then kept as the programme's history.
CREATE TABLE talk_change (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        talk_id INTEGER REFERENCES talk(id) ON DELETE SET NULL,        -- NULL once it is gone
        kind TEXT NOT NULL CHECK (kind IN ('added', 'moved', 'room', 'title', 'persons', 'cancelled', 'restored')),
        title TEXT NOT NULL,                   -- the session's at that time
        was TEXT NOT NULL DEFAULT '',          -- before: an ISO time, a room's name, a title
        now TEXT NOT NULL DEFAULT '',
        at_us INTEGER NOT NULL,
        told_us INTEGER                        -- when the mails were put into the outbox
);
CREATE INDEX talk_change_event ON talk_change(event_id, at_us);
CREATE INDEX talk_change_untold ON talk_change(at_us) WHERE told_us IS NULL;
