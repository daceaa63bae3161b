-- Workshops whose picture and sound are encrypted end to end. The server never has a key.
ALTER TABLE room ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;   -- 1: encrypted end to end, where it is a workshop
CREATE TABLE live_seal (
        room_id INTEGER PRIMARY KEY REFERENCES room(id) ON DELETE CASCADE,
        check_text TEXT NOT NULL,                -- 64 bits that come of the key and do not tell it: who has another one is told
        made_us INTEGER NOT NULL
);
