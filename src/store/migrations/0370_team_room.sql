-- The room of an event's team is none of the programme's: its number is -2^40 less the event's, and no row of `room` says
-- so. How its discussion is led is kept like any other's.

-- What names the table stands in the way of its change.
DROP TRIGGER live_part_gone;
CREATE TABLE live_chat_new (
        room_id INTEGER PRIMARY KEY,
        slow_s INTEGER NOT NULL,               -- seconds between two lines of a person, 0: no matter
        moderated INTEGER NOT NULL             -- lines wait for a host before they are shown
);
INSERT INTO live_chat_new SELECT room_id, slow_s, moderated FROM live_chat;
DROP TABLE live_chat;
ALTER TABLE live_chat_new RENAME TO live_chat;
CREATE TRIGGER live_part_gone AFTER DELETE ON live_part BEGIN
        DELETE FROM live_person WHERE room_id = -old.id;
        DELETE FROM live_session WHERE room_id = -old.id;
        DELETE FROM live_chat WHERE room_id = -old.id;
END;
CREATE TRIGGER room_gone_chat AFTER DELETE ON room BEGIN
        DELETE FROM live_chat WHERE room_id = old.id;
END;

-- The number of an event may be given again.
CREATE TRIGGER event_gone_team AFTER DELETE ON event BEGIN
        DELETE FROM live_person WHERE room_id = -1099511627776 - old.id;
        DELETE FROM live_session WHERE room_id = -1099511627776 - old.id;
        DELETE FROM live_chat WHERE room_id = -1099511627776 - old.id;
END;
