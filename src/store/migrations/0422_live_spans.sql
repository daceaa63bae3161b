-- When those in a recording were on stage: who takes a consent back takes that part off, not the whole.
CREATE TABLE live_recorded_span (
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL,            -- live_person of the session's room
        from_us INTEGER NOT NULL,
        to_us INTEGER,                         -- NULL: it lasts, or the server was cut off
        PRIMARY KEY (session_id, person_id, from_us)
) WITHOUT ROWID;

CREATE TABLE live_withdrawn (                  -- whose part was taken off, and from which talk's recordings
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (session_id, person_id)
) WITHOUT ROWID;
