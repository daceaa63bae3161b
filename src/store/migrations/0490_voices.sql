-- Where recordings keep the voice of each speaker who agreed as a file of its own, for hosts.
ALTER TABLE room ADD COLUMN voices INTEGER NOT NULL DEFAULT 0;           -- 1: recordings of this room do
ALTER TABLE recording ADD COLUMN voices_room INTEGER NOT NULL DEFAULT 0; -- whose people's voices lie in apart/ of its folder; 0: nobody's
