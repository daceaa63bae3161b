-- A minute of the headers of somebody's media packets, noted with their consent: for who looks for a fault in a connection.
CREATE TABLE live_capture (
        id INTEGER PRIMARY KEY,
        room_id INTEGER NOT NULL,
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        person_id INTEGER NOT NULL,            -- whose
        began_us INTEGER NOT NULL,
        lost INTEGER NOT NULL,                 -- packets that found no room
        pcap BLOB NOT NULL
);
CREATE INDEX live_capture_room ON live_capture(room_id, began_us);
