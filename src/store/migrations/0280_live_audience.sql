-- How many were in a session, by the minute, and how many came to it: numbers alone, for the organisers' statistics.

CREATE TABLE live_audience (
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        minute INTEGER NOT NULL,               -- since 1970, UTC
        people INTEGER NOT NULL CHECK (people > 0), -- a minute without anybody has no row
        PRIMARY KEY (session_id, minute)
) WITHOUT ROWID;

-- Beside live_session, so that who comes in ends no kept page of the programme.
CREATE TABLE live_came (
        session_id INTEGER PRIMARY KEY REFERENCES live_session(id) ON DELETE CASCADE,
        people INTEGER NOT NULL
);

-- The live_session that this person was counted in last: who comes back is not counted again.
ALTER TABLE live_person ADD COLUMN came_session INTEGER;

-- The number of a session of the programme may be given again.
CREATE TRIGGER talk_gone_audience AFTER DELETE ON talk BEGIN
        DELETE FROM live_audience WHERE session_id IN (SELECT id FROM live_session WHERE talk_id = old.id);
        DELETE FROM live_came WHERE session_id IN (SELECT id FROM live_session WHERE talk_id = old.id);
END;
