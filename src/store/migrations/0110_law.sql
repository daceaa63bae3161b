-- What the law asks a site to say, where its people wrote it anew, and who has the server.

CREATE TABLE law_text (
        id INTEGER PRIMARY KEY,
        event_id INTEGER REFERENCES event(id) ON DELETE CASCADE, -- NULL: the server's own pages
        page TEXT NOT NULL CHECK (page IN ('legal', 'privacy', 'accessibility', 'contact')),
        lang TEXT NOT NULL,
        text TEXT NOT NULL,                    -- Markdown with {places} that are filled in
        changed_us INTEGER NOT NULL
);
CREATE UNIQUE INDEX law_text_page ON law_text(coalesce(event_id, 0), page, lang);

CREATE TABLE law_host (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        name TEXT NOT NULL DEFAULT '',         -- who has the server: an association, a town
        address TEXT NOT NULL DEFAULT '',      -- of mail, several lines
        contact TEXT NOT NULL DEFAULT '',      -- an e-mail address
        source_url TEXT NOT NULL DEFAULT ''    -- where the sources of what runs here are, when they were changed
);
