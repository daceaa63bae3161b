-- A file that was looked at and may be imported: kept until it is, at most a day.

CREATE TABLE import_draft (
        token TEXT PRIMARY KEY,                -- random, in the address of its preview
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        name TEXT NOT NULL,                    -- of the file
        bytes BLOB NOT NULL,                   -- compressed
        created_us INTEGER NOT NULL
);
CREATE INDEX import_draft_account ON import_draft(account_id, event_id);
CREATE INDEX import_draft_created ON import_draft(created_us);
