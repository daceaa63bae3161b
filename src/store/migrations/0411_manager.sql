-- A stage manager's tools: the log of a session, its run sheet, when it begins, what is told to every room.

CREATE TABLE stage_log (                       -- what hosts did in a session
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        person_id INTEGER,                     -- of live_person; NULL: erased
        whom_id INTEGER,                       -- to whom; NULL: to nobody, or erased
        what TEXT NOT NULL,                    -- the message and its variant: "stage:on"
        detail TEXT NOT NULL
);
CREATE INDEX stage_log_session ON stage_log(session_id);
CREATE INDEX stage_log_person ON stage_log(room_id, person_id);
CREATE INDEX stage_log_whom ON stage_log(room_id, whom_id);

CREATE TABLE run_row (                         -- of the run sheet of a session of the programme
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        talk_id INTEGER NOT NULL REFERENCES talk(id) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        minutes INTEGER NOT NULL,
        what TEXT NOT NULL,
        who TEXT NOT NULL,
        cue TEXT NOT NULL,
        link TEXT NOT NULL,
        scene TEXT NOT NULL                    -- as of live_session; '': stays as it is
);
CREATE INDEX run_row_talk ON run_row(talk_id, place);

CREATE TABLE run_turn (                        -- when a row was begun; the last one is under way
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        row_id INTEGER NOT NULL,               -- of run_row, which may be gone; 0: back before the first
        what TEXT NOT NULL,                    -- as the row said then: a chapter of the replay
        at_us INTEGER NOT NULL
);
CREATE INDEX run_turn_session ON run_turn(session_id);

CREATE TABLE stage_start (                     -- what the countdown counts to, where hosts changed it
        session_id INTEGER PRIMARY KEY REFERENCES live_session(id) ON DELETE CASCADE,
        start_us INTEGER NOT NULL              -- 0: no countdown
);

CREATE TABLE announcement (                    -- told in every room of the event
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,              -- from which it came
        person_id INTEGER NOT NULL,
        text TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        until_us INTEGER NOT NULL
);
CREATE INDEX announcement_event ON announcement(event_id, until_us);
