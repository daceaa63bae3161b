-- Who comes, by which path. The name shown in the room is the account's.

CREATE TABLE registration (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        path TEXT NOT NULL CHECK (path IN ('remote', 'onsite')),
        sequence INTEGER NOT NULL DEFAULT 0,   -- of the calendar entry
        mailed_us INTEGER NOT NULL,            -- the last time its link was sent
        created_us INTEGER NOT NULL,
        UNIQUE (event_id, account_id)
);
CREATE INDEX registration_account ON registration(account_id);
CREATE INDEX registration_path ON registration(event_id, path);

-- Apart from all else: only an organiser of the event sees it, and it is erased the day after.
CREATE TABLE registration_need (
        registration_id INTEGER PRIMARY KEY REFERENCES registration(id) ON DELETE CASCADE,
        captions INTEGER NOT NULL DEFAULT 0,
        sign INTEGER NOT NULL DEFAULT 0,
        audio INTEGER NOT NULL DEFAULT 0,
        wheelchair INTEGER NOT NULL DEFAULT 0,
        other TEXT NOT NULL DEFAULT '',
        agreed_us INTEGER NOT NULL             -- when keeping it was agreed to
);

CREATE TABLE registration_setting (
        event_id INTEGER PRIMARY KEY REFERENCES event(id) ON DELETE CASCADE,
        onsite_places INTEGER NOT NULL DEFAULT 0 CHECK (onsite_places BETWEEN 0 AND 100000) -- 0: nobody comes on site
);
