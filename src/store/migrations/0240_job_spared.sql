-- Of what is done, so much was done before this run: no measure of how fast it goes.
ALTER TABLE job ADD COLUMN spared INTEGER NOT NULL DEFAULT 0;
