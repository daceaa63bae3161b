-- What an event looks like and who carries it; what goes with a room or a recording that goes.

ALTER TABLE event ADD COLUMN accent TEXT NOT NULL DEFAULT '';  -- #rrggbb of its own; '': the theme's
ALTER TABLE event ADD COLUMN langs TEXT NOT NULL DEFAULT '';   -- spoken besides lang: "en de"
ALTER TABLE event ADD COLUMN logo_id INTEGER REFERENCES picture(id) ON DELETE SET NULL;

CREATE TABLE partner (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        level TEXT NOT NULL CHECK (level IN ('organises', 'labels', 'funds', 'hosts', 'supports')),
        url TEXT NOT NULL DEFAULT '',
        picture_id INTEGER REFERENCES picture(id) ON DELETE SET NULL,
        position INTEGER NOT NULL,
        UNIQUE (event_id, level, name)
);
CREATE INDEX partner_order ON partner(event_id, position);
CREATE INDEX partner_picture ON partner(picture_id);
CREATE INDEX event_logo ON event(logo_id);

-- The kinds of sessions that an event offers in its forms, in their order; none: the usual ones.
CREATE TABLE event_kind (
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        word TEXT NOT NULL,                    -- plenary, round-table … or a word of its own
        position INTEGER NOT NULL,
        PRIMARY KEY (event_id, word)
);

-- The number of a room that is gone may be given again: what was said in it must not come with it.
CREATE TRIGGER room_gone AFTER DELETE ON room BEGIN
        DELETE FROM live_person WHERE room_id = old.id;
        DELETE FROM live_session WHERE room_id = old.id;
END;

-- Folders below media/ that lost their row, in whatever way: a job removes them.
CREATE TABLE recording_gone (folder TEXT PRIMARY KEY);
CREATE TRIGGER recording_gone AFTER DELETE ON recording BEGIN
        INSERT OR IGNORE INTO recording_gone(folder) VALUES(old.folder);
END;
