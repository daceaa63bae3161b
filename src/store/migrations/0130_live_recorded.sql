-- Whose voice or picture a session's recording holds: without their consent its replay is not shown.

CREATE TABLE live_recorded (
        session_id INTEGER NOT NULL REFERENCES live_session(id) ON DELETE CASCADE,
        room_id INTEGER NOT NULL,
        person_id INTEGER NOT NULL,            -- live_person of that room
        account_id INTEGER,                    -- theirs then; stays when the account is erased
        at_us INTEGER NOT NULL,
        PRIMARY KEY (session_id, person_id)
);
CREATE INDEX live_recorded_account ON live_recorded(account_id);
CREATE INDEX live_person_account ON live_person(account_id);
CREATE INDEX live_session_talk ON live_session(talk_id);
