-- Long work: what was asked for, how far it is, what came of it.

CREATE TABLE job (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        event_id INTEGER REFERENCES event(id) ON DELETE CASCADE,       -- NULL: of the server
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,  -- NULL: the server itself
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
        lang TEXT NOT NULL DEFAULT 'fr',       -- of whoever asked, for what is written into a file
        mark TEXT NOT NULL DEFAULT '',         -- where it goes on after a stop
        attempts INTEGER NOT NULL DEFAULT 0,
        done INTEGER NOT NULL DEFAULT 0,       -- of total, in units of its own
        total INTEGER NOT NULL DEFAULT 0,
        cancel INTEGER NOT NULL DEFAULT 0,     -- 1: somebody wants it to stop
        message TEXT NOT NULL DEFAULT '',      -- a sentence: why it failed, or what came of it
        result TEXT NOT NULL DEFAULT '',       -- file below the data folder
        result_name TEXT NOT NULL DEFAULT '',
        result_type TEXT NOT NULL DEFAULT '',
        created_us INTEGER NOT NULL,
        started_us INTEGER NOT NULL DEFAULT 0,
        ended_us INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX job_event ON job(event_id, id);
CREATE INDEX job_ended ON job(ended_us);
-- asked for twice, it is done once
CREATE UNIQUE INDEX job_open ON job(kind, coalesce(event_id, 0)) WHERE state IN ('waiting', 'running');
