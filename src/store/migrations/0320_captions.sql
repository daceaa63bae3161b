-- What captioners type in a session, line by line. Later languages are other lanes.

CREATE TABLE caption (
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        lane TEXT NOT NULL DEFAULT '',         -- '' is the language of the session
        n INTEGER NOT NULL,                    -- from 0, in order
        text TEXT NOT NULL,                    -- '' was taken back
        begun_us INTEGER NOT NULL,             -- of its first word, as it reached the server
        ended_us INTEGER NOT NULL,
        person_id INTEGER,                     -- who typed it, in the room of the session; NULL once that is forgotten
        PRIMARY KEY (session_id, lane, n)
) WITHOUT ROWID;

CREATE TABLE caption_signer (                  -- who interprets a session into sign language
        session_id INTEGER PRIMARY KEY REFERENCES live_session(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL
);
