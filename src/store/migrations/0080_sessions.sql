-- Sessions that several people edit, and those that a person wants to see.

ALTER TABLE talk ADD COLUMN version INTEGER NOT NULL DEFAULT 1;        -- one more at each writing: nobody overwrites unseen
ALTER TABLE person ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE talk_person ADD COLUMN moderator INTEGER NOT NULL DEFAULT 0;

-- Kept with an account, so that it hears of changes; who has none keeps favourites in a cookie.
CREATE TABLE favourite (
        account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
        talk_id INTEGER NOT NULL REFERENCES talk(id) ON DELETE CASCADE,
        at_us INTEGER NOT NULL,
        PRIMARY KEY (account_id, talk_id)
) WITHOUT ROWID;
CREATE INDEX favourite_talk ON favourite(talk_id);
CREATE INDEX talk_change_talk ON talk_change(talk_id);

-- Sessions whose words are to be taken into the index again, or out of it: after the turn that wrote them, a few at a
-- time, so that an import holds the writer only for its rows. (A trigger may not touch a virtual table itself.)
CREATE TABLE talk_stale (talk_id INTEGER PRIMARY KEY);
DROP TRIGGER talk_gone;
CREATE TRIGGER talk_gone AFTER DELETE ON talk BEGIN
        INSERT OR IGNORE INTO talk_stale(talk_id) VALUES(old.id);
END;
