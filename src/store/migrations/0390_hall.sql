-- A hall of a room: its screen and its seat come by links without an account. Of the links only imprints are kept.
CREATE TABLE hall (
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        screen_hash BLOB NOT NULL UNIQUE,      -- of the key in the projector's link
        seat_hash BLOB NOT NULL UNIQUE,        -- of the one for the camera and the mixer
        made_us INTEGER NOT NULL
);
CREATE INDEX hall_room ON hall(room_id);
