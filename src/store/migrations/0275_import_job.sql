-- An import that takes longer than a page may wait: its file, until it is written or given up, and what came of it.

ALTER TABLE job ADD COLUMN page TEXT NOT NULL DEFAULT '';      -- where its result is shown, below the event's organise/

CREATE TABLE import_job (
        job_id INTEGER PRIMARY KEY REFERENCES job(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,  -- who sent it
        act TEXT NOT NULL CHECK (act IN ('check', 'import', 'seen')),          -- seen: a preview, if it still holds
        name TEXT NOT NULL,                    -- of the file
        seal TEXT NOT NULL DEFAULT '',         -- of the preview that was seen
        token TEXT NOT NULL DEFAULT '',        -- of its import_draft
        origin TEXT NOT NULL,                  -- for the links of invitations
        bytes BLOB,                            -- compressed; NULL once it has ended
        report TEXT NOT NULL DEFAULT ''        -- JSON: what the page of the result says; written in the turn of the import
);
CREATE INDEX import_job_account ON import_job(account_id);
CREATE INDEX import_job_event ON import_job(event_id);
CREATE TRIGGER import_job_ended AFTER UPDATE OF state ON job WHEN NEW.state IN ('done', 'failed', 'cancelled')
BEGIN
        UPDATE import_job SET bytes = NULL WHERE job_id = NEW.id;
END;
