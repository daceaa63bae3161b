-- The programme of an event: rooms, tracks, sessions, persons. Times are microseconds UTC, days are YYYY-MM-DD.

ALTER TABLE event ADD COLUMN url TEXT NOT NULL DEFAULT '';                    -- a page elsewhere
ALTER TABLE event ADD COLUMN licence TEXT NOT NULL DEFAULT 'CC BY-SA 4.0';    -- of what is published, unless a session says
ALTER TABLE event ADD COLUMN day_change_minutes INTEGER NOT NULL DEFAULT 0;   -- earlier belongs to the day before
ALTER TABLE event ADD COLUMN timeslot_minutes INTEGER NOT NULL DEFAULT 0;

CREATE TABLE room (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL DEFAULT 'stage' CHECK (kind IN ('stage', 'workshop', 'on-site')),
        note TEXT NOT NULL DEFAULT '',         -- what it is for, in a few words
        guid TEXT NOT NULL DEFAULT '',
        position INTEGER NOT NULL DEFAULT 0,
        UNIQUE (event_id, slug)
);
CREATE INDEX room_order ON room(event_id, position);

CREATE TABLE track (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        slug TEXT NOT NULL,
        name TEXT NOT NULL,
        color TEXT NOT NULL DEFAULT '',        -- #rrggbb
        position INTEGER NOT NULL DEFAULT 0,
        UNIQUE (event_id, slug)
);
CREATE INDEX track_name ON track(event_id, name);

CREATE TABLE talk (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL REFERENCES room(id),
        track_id INTEGER REFERENCES track(id),
        code TEXT NOT NULL,                    -- six characters, in its address
        guid TEXT NOT NULL,
        source_id TEXT NOT NULL DEFAULT '',    -- its number where it was imported from
        slug TEXT NOT NULL DEFAULT '',
        title TEXT NOT NULL,
        subtitle TEXT NOT NULL DEFAULT '',
        kind TEXT NOT NULL DEFAULT '',         -- plenary, round-table, workshop, break …, or a word of the source
        language TEXT NOT NULL DEFAULT '',
        persons TEXT NOT NULL DEFAULT '',      -- the names of talk_person in its order, for lists
        licence TEXT NOT NULL DEFAULT '',      -- '' for the event's
        no_recording INTEGER NOT NULL DEFAULT 0,
        replay INTEGER NOT NULL DEFAULT 0,     -- 1: a replay can be watched
        day TEXT NOT NULL,                     -- the day of the programme, which may end after midnight
        start_us INTEGER NOT NULL,
        end_us INTEGER NOT NULL CHECK (end_us >= start_us),
        changed_us INTEGER NOT NULL,
        abstract TEXT NOT NULL DEFAULT '',     -- Markdown or HTML, as it came
        description TEXT NOT NULL DEFAULT '',
        UNIQUE (event_id, code),
        UNIQUE (event_id, guid)
);
CREATE INDEX talk_day ON talk(event_id, day, start_us, room_id);
CREATE INDEX talk_room ON talk(room_id, start_us);
CREATE INDEX talk_track ON talk(track_id, start_us);
CREATE INDEX talk_kind ON talk(event_id, kind);

CREATE TABLE person (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL, -- who may speak for this person
        code TEXT NOT NULL,
        guid TEXT NOT NULL,
        source_id TEXT NOT NULL DEFAULT '',
        name TEXT NOT NULL,
        biography TEXT NOT NULL DEFAULT '',    -- Markdown
        UNIQUE (event_id, code),
        UNIQUE (event_id, guid)
);
CREATE INDEX person_name ON person(event_id, name);
CREATE INDEX person_account ON person(account_id);

CREATE TABLE talk_person (
        talk_id INTEGER NOT NULL REFERENCES talk(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        PRIMARY KEY (talk_id, person_id)
);
CREATE INDEX talk_person_person ON talk_person(person_id);

CREATE TABLE talk_link (
        talk_id INTEGER NOT NULL REFERENCES talk(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('link', 'attachment', 'feedback', 'origin', 'video', 'recording', 'logo')),
        url TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '',
        type TEXT NOT NULL DEFAULT '',
        service TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (talk_id, position)
);

-- The words of sessions; rowid is the session's id.
CREATE VIRTUAL TABLE talk_search USING fts5(title, persons, words, tokenize = "unicode61 remove_diacritics 2");
CREATE TRIGGER talk_gone AFTER DELETE ON talk BEGIN
        DELETE FROM talk_search WHERE rowid = old.id;
END;
