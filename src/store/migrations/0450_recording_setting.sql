CREATE TABLE recording_setting (               -- as the organisers of an event chose; no row: nothing
        event_id INTEGER PRIMARY KEY REFERENCES event(id) ON DELETE CASCADE,
        keep_days INTEGER NOT NULL,            -- recordings go so long after the event; 0: they stay with it
        budget_gb INTEGER NOT NULL             -- room that they may take; 0: what the disk has
);
