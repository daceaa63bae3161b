-- Pictures that people sent, as they were written anew: pictures/FILE of the data folder, and a small one beside it.

CREATE TABLE picture (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        file TEXT NOT NULL,                    -- HASH.jpg or HASH.png; several rows may have the same
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        small_width INTEGER NOT NULL,
        small_height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        created_us INTEGER NOT NULL
);
CREATE INDEX picture_event ON picture(event_id);
CREATE INDEX picture_file ON picture(file);

-- Files that lost a row, in whatever way: a job removes those that no row has.
CREATE TABLE picture_gone (file TEXT PRIMARY KEY);
CREATE TRIGGER picture_gone AFTER DELETE ON picture BEGIN
        INSERT OR IGNORE INTO picture_gone(file) VALUES(old.file);
END;
