-- Somebody in the hall, by a phone's light page: no socket, and here for as long as a hand is up.
ALTER TABLE live_person ADD COLUMN hall INTEGER NOT NULL DEFAULT 0;
