-- Slides as pictures: a PDF that a speaker or host sent, drawn page by page. Its files lie in slides/FOLDER.
CREATE TABLE slide_deck (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        talk_id INTEGER REFERENCES talk(id) ON DELETE CASCADE,   -- of a session of the programme
        room_id INTEGER REFERENCES room(id) ON DELETE CASCADE,   -- or of what a room holds outside of it
        account_id INTEGER REFERENCES account(id) ON DELETE SET NULL,  -- who sent it
        folder TEXT NOT NULL UNIQUE,           -- 32 random digits: whoever has them was shown something of it
        title TEXT NOT NULL,
        bytes INTEGER NOT NULL,                -- of the file
        state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'refused')),
        pages INTEGER NOT NULL DEFAULT 0,      -- as far as it is known
        drawn INTEGER NOT NULL DEFAULT 0,
        fault TEXT NOT NULL DEFAULT '',        -- of a refused one: a word of slides/fault.h
        fault_page INTEGER NOT NULL DEFAULT 0, -- 0: the file as a whole
        shared INTEGER NOT NULL DEFAULT 0,     -- everybody may read it and have the file
        created_us INTEGER NOT NULL,
        CHECK ((talk_id IS NULL) <> (room_id IS NULL))
);
CREATE INDEX slide_deck_talk ON slide_deck(talk_id);
CREATE INDEX slide_deck_room ON slide_deck(room_id);
CREATE INDEX slide_deck_waiting ON slide_deck(id) WHERE state = 'waiting';

CREATE TABLE slide_page (
        deck_id INTEGER NOT NULL REFERENCES slide_deck(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,               -- from 1
        big TEXT NOT NULL,                     -- file names: the hash of what they hold
        small TEXT NOT NULL,
        width INTEGER NOT NULL,                -- of the big one
        height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,                -- of both
        words TEXT NOT NULL,
        PRIMARY KEY (deck_id, number)
) WITHOUT ROWID;

-- What a session showed when: the last row is what it shows. deck_id NULL: nothing from then on.
CREATE TABLE slide_shown (
        id INTEGER PRIMARY KEY,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        deck_id INTEGER REFERENCES slide_deck(id) ON DELETE CASCADE,
        page INTEGER NOT NULL,
        at_us INTEGER NOT NULL
);
CREATE INDEX slide_shown_session ON slide_shown(session_id, id);
