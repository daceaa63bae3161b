-- Who signs in, and the events that everything else belongs to. Times are microseconds UTC, days are YYYY-MM-DD.

CREATE TABLE account (
        id INTEGER PRIMARY KEY,
        email TEXT NOT NULL UNIQUE,            -- folded to lower case
        name TEXT NOT NULL DEFAULT '',
        lang TEXT NOT NULL DEFAULT 'fr',
        owner INTEGER NOT NULL DEFAULT 0,      -- 1: owns the server
        created_us INTEGER NOT NULL
);

CREATE TABLE session (
        hash BLOB PRIMARY KEY,                 -- BLAKE2b of the cookie; the cookie itself is never stored
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        created_us INTEGER NOT NULL,
        expires_us INTEGER NOT NULL
);
CREATE INDEX session_account ON session(account_id);

CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        slug TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        subtitle TEXT NOT NULL DEFAULT '',
        lead TEXT NOT NULL DEFAULT '',         -- one or two sentences for the poster
        description TEXT NOT NULL DEFAULT '',  -- Markdown
        lang TEXT NOT NULL DEFAULT 'fr',
        zone TEXT NOT NULL,                    -- IANA name
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        place TEXT NOT NULL DEFAULT '',
        theme TEXT NOT NULL DEFAULT 'nec',
        organiser TEXT NOT NULL DEFAULT '',
        contact TEXT NOT NULL DEFAULT '',
        published INTEGER NOT NULL DEFAULT 0,
        sample INTEGER NOT NULL DEFAULT 0,     -- 1: people and hours are invented, and marked as such
        version TEXT NOT NULL DEFAULT '1',
        created_us INTEGER NOT NULL,
        changed_us INTEGER NOT NULL
);

-- Roles are per event; an owner of the server has them all.
CREATE TABLE role (
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('organiser', 'host', 'speaker', 'attendee')),
        PRIMARY KEY (account_id, event_id, role)
);
CREATE INDEX role_event ON role(event_id, role);
