-- What was recorded. A recording is a folder below media/, and a row here that says whose it is and how far it got.

CREATE TABLE recording (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        talk_id INTEGER REFERENCES talk(id) ON DELETE CASCADE, -- NULL: held outside the programme, shown nowhere
        folder TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL DEFAULT '',
        state TEXT NOT NULL CHECK (state IN ('recording', 'finishing', 'ready', 'failed')),
        started_us INTEGER NOT NULL,
        length_us INTEGER NOT NULL DEFAULT 0,
        bytes INTEGER NOT NULL DEFAULT 0,          -- of the segments
        download_bytes INTEGER NOT NULL DEFAULT 0  -- of replay.mp4; 0: not there (yet)
);
CREATE INDEX recording_talk ON recording(talk_id, started_us);
CREATE INDEX recording_event ON recording(event_id, state);
