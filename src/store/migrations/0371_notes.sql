-- Notes of an event's team: pages in Markdown that several write at once.

CREATE TABLE note (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        title TEXT NOT NULL,
        text TEXT NOT NULL DEFAULT '',
        rev INTEGER NOT NULL DEFAULT 0,        -- counts its edits: the newest row of note_edit
        archived INTEGER NOT NULL DEFAULT 0,
        made_us INTEGER NOT NULL,
        changed_us INTEGER NOT NULL
);
CREATE INDEX note_event ON note(event_id, archived, changed_us);

CREATE TABLE note_edit (                       -- the latest edits, each on what the one before had left
        note_id INTEGER NOT NULL REFERENCES note(id) ON DELETE CASCADE,
        rev INTEGER NOT NULL,
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,
        nonce TEXT,                            -- of the page that sent it: the same edit sent again is the same
        edit TEXT NOT NULL,                    -- a list: 5 keeps, -3 takes away, "words" puts in; in characters
        at_us INTEGER NOT NULL,
        PRIMARY KEY (note_id, rev)
) WITHOUT ROWID;
CREATE UNIQUE INDEX note_edit_nonce ON note_edit(note_id, nonce);
CREATE INDEX note_edit_account ON note_edit(account_id);

CREATE TABLE note_version (                    -- what was written in one go, by those of note_author
        note_id INTEGER NOT NULL REFERENCES note(id) ON DELETE CASCADE,
        n INTEGER NOT NULL,                    -- from 1
        text TEXT,                             -- as it was left; NULL: this is what stands in `note`
        begun_us INTEGER NOT NULL,
        ended_us INTEGER NOT NULL,
        back_to INTEGER NOT NULL DEFAULT 0,    -- it began as this older one
        PRIMARY KEY (note_id, n)
) WITHOUT ROWID;

CREATE TABLE note_author (
        note_id INTEGER NOT NULL,
        n INTEGER NOT NULL,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        PRIMARY KEY (note_id, n, account_id),
        FOREIGN KEY (note_id, n) REFERENCES note_version(note_id, n) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX note_author_account ON note_author(account_id);
