-- What of a recording is shown, and the files that are made of that.
ALTER TABLE recording ADD COLUMN from_us INTEGER NOT NULL DEFAULT 0;     -- its borders as somebody moved them, UTC; 0: its own
ALTER TABLE recording ADD COLUMN to_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recording ADD COLUMN shown_us INTEGER NOT NULL DEFAULT 0;    -- how long what is shown lasts; 0: all of it
ALTER TABLE recording ADD COLUMN sound_bytes INTEGER NOT NULL DEFAULT 0; -- of sound.m4a; 0: not there (yet)
ALTER TABLE recording ADD COLUMN stale INTEGER NOT NULL DEFAULT 1;       -- changes since the files were made; 0: they are right
ALTER TABLE recording ADD COLUMN tried_us INTEGER NOT NULL DEFAULT 0;    -- when making them failed
ALTER TABLE recording ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;   -- the files hold what must not be seen any more

CREATE TABLE recording_kept (                  -- segments that are shown; no row: all
        recording_id INTEGER NOT NULL REFERENCES recording(id) ON DELETE CASCADE,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (recording_id, first)
) WITHOUT ROWID;

CREATE TABLE recording_log (                   -- what was done to what is shown, and by whom
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        talk_id INTEGER NOT NULL,
        act TEXT NOT NULL CHECK (act IN ('cut', 'withdrawn', 'returned', 'removed', 'expired')),
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,
        at_us INTEGER NOT NULL
);
CREATE INDEX recording_log_talk ON recording_log(talk_id, id);
CREATE INDEX recording_log_account ON recording_log(account_id);
