-- A stranger gets one confirmation an hour, whatever the events: what comes sooner waits for its hour.

ALTER TABLE mail ADD COLUMN due_us INTEGER NOT NULL DEFAULT 0;         -- never to be sent before, also when tried by hand
ALTER TABLE mail ADD COLUMN answered_us INTEGER;                       -- its link was used: the address wants our mails
UPDATE mail SET due_us = created_us;

ALTER TABLE registration ADD COLUMN asked_us INTEGER NOT NULL DEFAULT 0; -- when its first mail could leave: it lapses a day later
UPDATE registration SET asked_us = created_us;
DROP INDEX registration_unconfirmed;
CREATE INDEX registration_unconfirmed ON registration(asked_us) WHERE confirmed_us IS NULL;
