-- The discussion, led: replies, lines that wait for a host or were taken out, one line at a time.

ALTER TABLE live_line ADD COLUMN reply_to INTEGER;            -- n of the line that it answers
ALTER TABLE live_line ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0; -- a host has not shown it yet
ALTER TABLE live_line ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;    -- deleted: its number stays, its text is ''

CREATE TABLE live_chat (                       -- as the room's hosts chose; no row: neither
        room_id INTEGER PRIMARY KEY REFERENCES room(id) ON DELETE CASCADE,
        slow_s INTEGER NOT NULL,               -- seconds between two lines of a person, 0: no matter
        moderated INTEGER NOT NULL             -- lines wait for a host before they are shown
);
