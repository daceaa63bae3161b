-- Who comes into a room: everybody, whom a host lets in, nobody new, or those of the session alone.
CREATE TABLE live_door (                       -- as the hosts set it; no row: as the room's form says
        room_id INTEGER PRIMARY KEY REFERENCES room(id) ON DELETE CASCADE,
        door TEXT NOT NULL CHECK (door IN ('open', 'lobby', 'locked', 'rehearsal')),
        since_us INTEGER NOT NULL
);
ALTER TABLE room ADD COLUMN lobby INTEGER NOT NULL DEFAULT 0;         -- 1: hosts let people in
ALTER TABLE live_person ADD COLUMN outside INTEGER NOT NULL DEFAULT 0; -- 1: waits, and was never let in
ALTER TABLE live_person ADD COLUMN rehearses INTEGER;                  -- live_session whose rehearsal a host let them into
