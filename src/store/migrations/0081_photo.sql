ALTER TABLE person ADD COLUMN photo_id INTEGER REFERENCES picture(id) ON DELETE SET NULL;
CREATE INDEX person_photo ON person(photo_id) WHERE photo_id IS NOT NULL;
