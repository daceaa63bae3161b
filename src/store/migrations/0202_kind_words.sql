-- What an event's own kind of session is called in the other languages of the pages.

ALTER TABLE event_kind ADD COLUMN words TEXT NOT NULL DEFAULT ''; -- 'en', tab, word, line end, and so on
