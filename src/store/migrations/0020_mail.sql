-- The outbox. A row is written in the turn of the act that causes the mail.

CREATE TABLE mail (
        id INTEGER PRIMARY KEY,
        event_id INTEGER REFERENCES event(id) ON DELETE CASCADE,
        kind TEXT NOT NULL,                    -- sign-in, invitation, registration …
        recipient TEXT NOT NULL,               -- folded address
        message TEXT,                          -- a draft (mail/draft.h), composed when it is sent; erased then
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused')),
        tries INTEGER NOT NULL DEFAULT 0,
        next_us INTEGER NOT NULL,              -- not to be tried before
        created_us INTEGER NOT NULL,
        ended_us INTEGER,
        reason TEXT                            -- of the last failure, the relay's words
);
CREATE INDEX mail_due ON mail(next_us) WHERE state = 'waiting';
CREATE INDEX mail_recipient ON mail(recipient, kind, created_us);

CREATE TABLE mail_setting (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sender TEXT NOT NULL                   -- the server's own address
);
