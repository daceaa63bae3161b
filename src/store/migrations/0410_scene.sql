-- What a session shows on air, as its stage manager chose; and that it was begun before its hour, by "next session".
ALTER TABLE live_session ADD COLUMN scene TEXT NOT NULL DEFAULT 'auto'
        CHECK (scene IN ('auto', 'speaker', 'screen', 'both', 'gallery'));
ALTER TABLE live_session ADD COLUMN called_us INTEGER;
