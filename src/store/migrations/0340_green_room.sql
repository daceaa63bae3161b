-- What somebody found in the green room, kept once they ask for a code to read to a helper; 30 days at most.
CREATE TABLE green_room (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER REFERENCES account(id) ON DELETE CASCADE, -- NULL: not signed in
        key_hash BLOB NOT NULL,                -- of the page's own key: it alone brings its findings up to date
        code TEXT NOT NULL,                    -- six characters without look-alikes
        findings TEXT NOT NULL,                -- as findings_write() wrote them
        at_us INTEGER NOT NULL,
        UNIQUE (event_id, code),
        UNIQUE (event_id, key_hash)
);
CREATE INDEX green_room_account ON green_room(account_id);
