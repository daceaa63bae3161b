-- Parts of a room: each has media, seats and words of its own, in the tables of a room whose number is -id.
CREATE TABLE live_part (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again: a part's words are for those who were in it
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        name TEXT NOT NULL
);
CREATE INDEX live_part_room ON live_part(room_id);
CREATE TRIGGER live_part_gone AFTER DELETE ON live_part BEGIN
        DELETE FROM live_person WHERE room_id = -old.id;
        DELETE FROM live_session WHERE room_id = -old.id;
        DELETE FROM live_chat WHERE room_id = -old.id;
END;

-- A time in which the people of a room talk in groups; a room has one that is not over at most.
CREATE TABLE live_round (
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
        state TEXT NOT NULL CHECK (state IN ('prepared', 'open', 'closing', 'over')),
        choice INTEGER NOT NULL,               -- 1: everybody chooses a group
        minutes INTEGER NOT NULL,              -- 0: until a host calls back
        ends_us INTEGER NOT NULL DEFAULT 0,    -- when everybody comes back; 0: not said
        said TEXT NOT NULL DEFAULT '',         -- what a host said to all groups last
        said_us INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX live_round_now ON live_round(room_id) WHERE state <> 'over';
CREATE TABLE live_round_group (
        part_id INTEGER PRIMARY KEY REFERENCES live_part(id) ON DELETE CASCADE,
        round_id INTEGER NOT NULL REFERENCES live_round(id) ON DELETE CASCADE
);
CREATE INDEX live_round_group_round ON live_round_group(round_id);
CREATE TABLE live_round_person (
        round_id INTEGER NOT NULL REFERENCES live_round(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL,            -- of live_person, in the room
        part_id INTEGER NOT NULL REFERENCES live_part(id) ON DELETE CASCADE,
        PRIMARY KEY (round_id, person_id)
);
