-- Who has the floor in a room's session, since when, and how long each may have it.
CREATE TABLE live_floor (
        session_id INTEGER PRIMARY KEY REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER,                     -- of live_person; NULL: nobody
        since_us INTEGER NOT NULL,
        limit_s INTEGER NOT NULL               -- 0: none
);
