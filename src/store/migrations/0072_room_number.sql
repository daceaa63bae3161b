-- A room's number is not given twice: what is in memory of a room that is gone must not meet a new one.

CREATE TABLE room_number (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        last INTEGER NOT NULL                  -- the highest that was ever removed
);
INSERT INTO room_number(one, last) VALUES(1, 0);
CREATE TRIGGER room_number_kept AFTER DELETE ON room BEGIN
        UPDATE room_number SET last = max(last, old.id);
END;
-- The number of a session may be given again: what was live under it has ended.
CREATE TRIGGER talk_gone_live AFTER DELETE ON talk BEGIN
        DELETE FROM live_session WHERE talk_id = old.id AND ended_us IS NOT NULL;
END;
