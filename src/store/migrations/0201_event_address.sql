-- Addresses that an event had before: they lead to it for good, and no other event takes one.

CREATE TABLE event_address (
        slug TEXT PRIMARY KEY,
        event_id INTEGER NOT NULL REFERENCES event(id) ON DELETE CASCADE,
        since_us INTEGER NOT NULL              -- when it became an earlier one
);
CREATE INDEX event_address_event ON event_address(event_id);

-- The address it was made with: what identifiers are made from, so that calendars and imports know it again. '': slug.
ALTER TABLE event ADD COLUMN first_slug TEXT NOT NULL DEFAULT '';

CREATE TRIGGER event_takes_no_earlier_address BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event_address WHERE slug = NEW.slug)
BEGIN SELECT RAISE(ABORT, 'an earlier address of another event'); END;

CREATE TRIGGER event_moves_to_no_earlier_address BEFORE UPDATE OF slug ON event
WHEN EXISTS (SELECT 1 FROM event_address WHERE slug = NEW.slug AND event_id <> NEW.id)
BEGIN SELECT RAISE(ABORT, 'an earlier address of another event'); END;
