-- Whose words a line holds, where that person did not agree to be recorded when they were said: the replay's transcript
-- leaves it out until they agree. NULL: of people who agree; 0: of somebody who is forgotten.
ALTER TABLE caption ADD COLUMN spoken_by INTEGER;
