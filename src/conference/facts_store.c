#include "conference/conference_private.h"

EventFacts event_facts(Db *db, const Event *event)
{
        EventFacts facts = { .published = event->published,
                             .has_lead = *event->lead,
                             .has_description = *event->description,
                             .has_contact = *event->contact,
                             .has_organiser = *event->organiser,
                             .has_logo = event->logo };
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT (SELECT count(*) FROM room WHERE event_id = $1), "
                                       "(SELECT count(*) FROM talk WHERE event_id = $1), "
                                       "(SELECT count(*) FROM talk WHERE event_id = $1 AND (day < $2 OR day > $3)), "
                                       "(SELECT count(*) FROM person WHERE event_id = $1), "
                                       "EXISTS (SELECT 1 FROM law_text WHERE event_id = $1 AND page = 'legal') OR "
                                       "EXISTS (SELECT 1 FROM law_host WHERE name <> '')",
                                       "itt", event->id, event->first_day, event->last_day);
        if (stmt_next(row)) {
                facts.rooms = stmt_int(row, 0);
                facts.talks = stmt_int(row, 1);
                facts.outside_days = stmt_int(row, 2);
                facts.persons = stmt_int(row, 3);
                facts.has_legal_notice = stmt_int(row, 4);
        }
        return facts;
}

int64_t conference_registrations(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM registration WHERE event_id = $1", "i", event);
}
