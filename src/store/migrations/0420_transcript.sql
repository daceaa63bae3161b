-- What was said in a recorded session, once somebody or a program has worked on it; before that its captions stand for it.
CREATE TABLE transcript (
        talk_id INTEGER PRIMARY KEY REFERENCES talk(id) ON DELETE CASCADE,
        origin TEXT NOT NULL CHECK (origin IN ('captions', 'command')),
        made_us INTEGER NOT NULL
);

CREATE TABLE transcript_line (
        talk_id INTEGER NOT NULL REFERENCES transcript(talk_id) ON DELETE CASCADE,
        n INTEGER NOT NULL,                    -- from 0, in order of time
        text TEXT NOT NULL,                    -- '' was taken out
        begun_us INTEGER NOT NULL,             -- UTC, as the recording's clock
        ended_us INTEGER NOT NULL,
        PRIMARY KEY (talk_id, n)
) WITHOUT ROWID;

CREATE TABLE transcript_change (               -- each correction: what stood there before, and what was put in its place
        id INTEGER PRIMARY KEY,
        talk_id INTEGER NOT NULL,
        n INTEGER NOT NULL,
        was TEXT NOT NULL,
        text TEXT NOT NULL,
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL, -- NULL: forgotten
        at_us INTEGER NOT NULL,
        FOREIGN KEY (talk_id, n) REFERENCES transcript_line(talk_id, n) ON DELETE CASCADE
);
CREATE INDEX transcript_change_line ON transcript_change(talk_id, n);
CREATE INDEX transcript_change_account ON transcript_change(account_id, at_us);

CREATE TABLE live_floor_turn (                 -- who had the floor, one after the other: chapters of the replay
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        since_us INTEGER NOT NULL,
        PRIMARY KEY (session_id, since_us)
) WITHOUT ROWID;
CREATE INDEX live_floor_turn_person ON live_floor_turn(room_id, person_id);
