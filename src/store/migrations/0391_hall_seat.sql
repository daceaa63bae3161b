-- The hall whose camera and mixer this is: it goes with the hall's links.
ALTER TABLE live_person ADD COLUMN seat_of INTEGER;
