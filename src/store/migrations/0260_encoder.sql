-- Cameras and players that come without a page: by WHIP and WHEP, with a key of one room.

CREATE TABLE encoder (
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        name TEXT NOT NULL,                    -- as it stands on stage: "Caméra de la salle"
        plays INTEGER NOT NULL DEFAULT 0,      -- 1: only watches (WHEP)
        hash BLOB NOT NULL UNIQUE,             -- of the key, which is shown once
        made_us INTEGER NOT NULL,
        told_us INTEGER,                       -- when an organiser said that those filmed know and agree; null: plays
        used_us INTEGER                        -- the last time it was let in
);
CREATE INDEX encoder_room ON encoder(room_id);

-- What came on stage by such a key is somebody of the room as well.
ALTER TABLE live_person ADD COLUMN encoder_id INTEGER;             -- its key, null: a person
ALTER TABLE live_person ADD COLUMN held INTEGER NOT NULL DEFAULT 0; -- a host took it off the stage, until the session ends
ALTER TABLE live_person ADD COLUMN trouble TEXT;                   -- what is wrong with its stream: live/README.md
