-- Registration that can be trusted: paths with their own texts and dates, questions, places in sessions with a line that
-- moves, what has been told by mail. Times are microseconds UTC; 0 for a date that is not set.

ALTER TABLE registration ADD COLUMN confirmed_us INTEGER;              -- NULL: the mail's link has not been used yet
UPDATE registration SET confirmed_us = created_us;
CREATE INDEX registration_unconfirmed ON registration(created_us) WHERE confirmed_us IS NULL;

ALTER TABLE registration_setting ADD COLUMN remote_text TEXT NOT NULL DEFAULT '';
ALTER TABLE registration_setting ADD COLUMN onsite_text TEXT NOT NULL DEFAULT '';
ALTER TABLE registration_setting ADD COLUMN remote_opens_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_setting ADD COLUMN remote_closes_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_setting ADD COLUMN onsite_opens_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_setting ADD COLUMN onsite_closes_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE registration_setting ADD COLUMN offer_hours INTEGER NOT NULL DEFAULT 24 CHECK (offer_hours BETWEEN 1 AND 168);
ALTER TABLE registration_setting ADD COLUMN cancelled_us INTEGER;      -- the event will not take place

-- A place in a session, or one's turn in the line for it. talk_id NULL: the line for a place on site; whoever holds one
-- has the path 'onsite' and no row here. The order of a line is the order of the ids.
CREATE TABLE registration_place (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        registration_id INTEGER NOT NULL REFERENCES registration(id) ON DELETE CASCADE,
        talk_id INTEGER REFERENCES talk(id) ON DELETE CASCADE,
        state TEXT NOT NULL CHECK (state IN ('held', 'waiting', 'offered')),
        offer_ends_us INTEGER,                 -- of an offer: to be accepted before
        created_us INTEGER NOT NULL
);
CREATE UNIQUE INDEX registration_place_once ON registration_place(registration_id, coalesce(talk_id, 0));
CREATE INDEX registration_place_line ON registration_place(event_id, coalesce(talk_id, 0), state, id);
CREATE INDEX registration_place_talk ON registration_place(talk_id);
CREATE INDEX registration_place_offer ON registration_place(offer_ends_us) WHERE state = 'offered';

-- What the organisers ask, and what was answered. choices: a line each.
CREATE TABLE registration_question (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('short', 'long', 'choice', 'choices', 'yes-no')),
        label TEXT NOT NULL,
        help TEXT NOT NULL DEFAULT '',
        choices TEXT NOT NULL DEFAULT '',
        required INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX registration_question_order ON registration_question(event_id, position);

CREATE TABLE registration_answer (
        registration_id INTEGER NOT NULL REFERENCES registration(id) ON DELETE CASCADE,
        question_id INTEGER NOT NULL REFERENCES registration_question(id) ON DELETE CASCADE,
        value TEXT NOT NULL,                   -- of several choices: a line each
        PRIMARY KEY (registration_id, question_id)
);
CREATE INDEX registration_answer_question ON registration_answer(question_id);

-- A new address, until it is confirmed there.
CREATE TABLE registration_address (
        hash BLOB PRIMARY KEY,                 -- BLAKE2b of the mail's token
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        created_us INTEGER NOT NULL
);
CREATE INDEX registration_address_account ON registration_address(account_id);

-- What has been told once for all: 'day' and 'hour' before the event, 'talk-12' an hour before a session, 'cancelled'.
CREATE TABLE registration_told (
        registration_id INTEGER NOT NULL REFERENCES registration(id) ON DELETE CASCADE,
        what TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (registration_id, what)
);

-- Changes of the programme that a person is still to be told, in one mail.
CREATE TABLE registration_news (
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        change_id INTEGER NOT NULL REFERENCES talk_change(id) ON DELETE CASCADE,
        PRIMARY KEY (account_id, event_id, change_id)
);
CREATE INDEX registration_news_change ON registration_news(change_id);

-- Who wants no reminders and news of an event any more; the key stands in each such mail and does nothing else.
CREATE TABLE registration_quiet (
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        key TEXT NOT NULL UNIQUE,
        quiet_us INTEGER,
        PRIMARY KEY (account_id, event_id)
);
CREATE INDEX registration_quiet_event ON registration_quiet(event_id);
