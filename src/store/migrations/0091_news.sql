-- What an event has to tell: shown on its poster and as a feed.

CREATE TABLE news (
        id INTEGER PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        guid TEXT NOT NULL UNIQUE,             -- of its entry in the feed, for ever
        title TEXT NOT NULL,
        text TEXT NOT NULL,                    -- Markdown
        at_us INTEGER NOT NULL,                -- published
        changed_us INTEGER NOT NULL
);
CREATE INDEX news_event ON news(event_id, at_us);
