-- What people of a room ask and vote in a session. An answer to a poll is never kept beside who gave it.

CREATE TABLE discuss_setting (                 -- as its hosts chose; no row: none chose anything
        session_id INTEGER PRIMARY KEY REFERENCES live_session(id) ON DELETE CASCADE,
        moderated INTEGER NOT NULL,            -- questions wait for a host before they are shown
        nameless INTEGER NOT NULL              -- one may ask without one's name
);

CREATE TABLE discuss_question (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,            -- also of a nameless one: theirs to take back
        nonce TEXT NOT NULL,
        named INTEGER NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'answering', 'answered', 'hidden')),
        votes INTEGER NOT NULL DEFAULT 0,      -- those of discuss_vote, and those whose voters are not kept any more
        asked_us INTEGER NOT NULL,
        answered_us INTEGER,                   -- when its answer began
        UNIQUE (session_id, person_id, nonce),
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
);
CREATE INDEX discuss_question_person ON discuss_question(room_id, person_id);

CREATE TABLE discuss_vote (                    -- until the session is over: one each, to be taken back
        question_id INTEGER NOT NULL REFERENCES discuss_question(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        PRIMARY KEY (question_id, person_id),
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX discuss_vote_person ON discuss_vote(room_id, person_id);

CREATE TABLE discuss_poll (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('single', 'several', 'words')),
        question TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
        answers INTEGER NOT NULL DEFAULT 0,    -- people
        made_us INTEGER NOT NULL
);
CREATE INDEX discuss_poll_session ON discuss_poll(session_id);

CREATE TABLE discuss_choice (                  -- of words: what people wrote, the same written alike once
        poll_id INTEGER NOT NULL REFERENCES discuss_poll(id) ON DELETE CASCADE,
        n INTEGER NOT NULL,
        text TEXT NOT NULL,
        votes INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (poll_id, n),
        UNIQUE (poll_id, text)
) WITHOUT ROWID;

CREATE TABLE discuss_answered (                -- that somebody has answered, not what; until the poll is closed
        poll_id INTEGER NOT NULL REFERENCES discuss_poll(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,
        PRIMARY KEY (poll_id, person_id),
        FOREIGN KEY (room_id, person_id) REFERENCES live_person(room_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX discuss_answered_person ON discuss_answered(room_id, person_id);
