-- A recording made elsewhere, sent in pieces and made into one of ours. Its file lies in uploads/KEY until it is done; the row
-- stays as the word of who brought it and said that it may be shown.
CREATE TABLE upload (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        talk_id INTEGER NOT NULL REFERENCES talk(id) ON DELETE CASCADE,
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,  -- who brings it, and said that it may be shown
        key TEXT NOT NULL UNIQUE,              -- 32 random digits: whoever has them may send its bytes
        file_name TEXT NOT NULL,
        size_bytes INTEGER NOT NULL DEFAULT 0, -- of the whole file; 0: not said yet
        received_bytes INTEGER NOT NULL DEFAULT 0, -- that are on the disk
        state TEXT NOT NULL CHECK (state IN ('receiving', 'waiting', 'done', 'refused')),
        fault TEXT NOT NULL DEFAULT '',        -- of a refused one: a word of record/converter/fault.h
        anew INTEGER NOT NULL DEFAULT 0,       -- its picture is made anew
        length_us INTEGER NOT NULL DEFAULT 0,  -- as the file says
        made_us INTEGER NOT NULL DEFAULT 0,    -- of it, so far
        created_us INTEGER NOT NULL,
        touched_us INTEGER NOT NULL            -- the last byte, or the last change
);
CREATE INDEX upload_event ON upload(event_id, id);
CREATE INDEX upload_waiting ON upload(id) WHERE state = 'waiting';
