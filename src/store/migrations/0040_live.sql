-- Rooms while they are live: who came, what was said, whose hand is up. `room` is the programme's room(id).

CREATE TABLE live_person (
        room_id INTEGER NOT NULL,
        id INTEGER NOT NULL,                   -- small, unique in its room, kept over restarts
        key_hash BLOB NOT NULL UNIQUE,         -- of the key that brings the same person back
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,
        name TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('guest', 'attendee', 'speaker', 'host')),
        seat INTEGER,                          -- 0 … 11 while on stage
        removed INTEGER NOT NULL DEFAULT 0,    -- sent out until the session ends
        seen_us INTEGER NOT NULL,
        PRIMARY KEY (room_id, id)
);

CREATE TABLE live_consent (                    -- may my picture and voice be recorded? the last row of a person counts
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        given INTEGER NOT NULL,                -- 1 given, 0 refused or withdrawn
        at_us INTEGER NOT NULL,
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
);
CREATE INDEX live_consent_person ON live_consent(room_id, person_id);

CREATE TABLE live_line (
        room_id INTEGER NOT NULL,
        n INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        nonce TEXT NOT NULL,
        text TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (room_id, n),
        UNIQUE (room_id, person_id, nonce),    -- the same message sent again is the same line
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
);

CREATE TABLE live_hand (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        at_us INTEGER NOT NULL,
        UNIQUE (room_id, person_id),
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
);

CREATE TABLE live_session (                    -- a talk held in a room; talk_id 0 outside the programme
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL,
        talk_id INTEGER NOT NULL,
        started_us INTEGER NOT NULL,
        ended_us INTEGER,
        recording INTEGER NOT NULL DEFAULT 0,  -- 1 while a host wants it recorded: goes on after a restart
        recorded INTEGER NOT NULL DEFAULT 0,   -- 1 once anything of it was
        pinned INTEGER,                        -- person on air by a host's choice
        UNIQUE (room_id, talk_id)
);
