-- Interpretation: the languages that a room offers beside the floor, whose turn it is in each, who may interpret.
CREATE TABLE interpret_language (
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        channel INTEGER NOT NULL CHECK (channel BETWEEN 0 AND 7),  -- stays while the language is offered
        code TEXT NOT NULL,                    -- BCP 47
        key TEXT NOT NULL,                     -- in the link that makes somebody its interpreter; a secret
        person_id INTEGER,                     -- of live_person, whose voice it carries; NULL: nobody's
        since_us INTEGER NOT NULL DEFAULT 0,
        next_id INTEGER,                       -- who takes over, and when; NULL: nobody
        next_us INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (room_id, channel),
        UNIQUE (room_id, code)
) WITHOUT ROWID;

CREATE TABLE interpret_person (
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL,            -- of live_person
        code TEXT NOT NULL,
        PRIMARY KEY (room_id, person_id, code)
) WITHOUT ROWID;
