/* What the programme keeps of an account: the persons it speaks for, the sessions it marked. */
#include "programme/programme.h"

static json_t *persons_of(Db *db, int64_t account)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT event.slug, person.code, person.name, person.biography FROM person "
                                        "JOIN event ON event.id = person.event_id WHERE person.account_id = $1 "
                                        "ORDER BY person.id",
                                        "i", account);
        json_t *persons = json_array();
        while (stmt_next(rows))
                json_array_append_new(persons, json_pack("{s:s, s:s, s:s, s:s}", "event", stmt_text(rows, 0), "code",
                                                         stmt_text(rows, 1), "name", stmt_text(rows, 2), "biography",
                                                         stmt_text(rows, 3)));
        return persons;
}

static json_t *favourites_of(Db *db, int64_t account)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT event.slug, talk.code, talk.title FROM favourite "
                         "JOIN talk ON talk.id = favourite.talk_id JOIN event ON event.id = talk.event_id "
                         "WHERE favourite.account_id = $1 ORDER BY talk.start_us",
                         "i", account);
        json_t *favourites = json_array();
        while (stmt_next(rows))
                json_array_append_new(favourites, json_pack("{s:s, s:s, s:s}", "event", stmt_text(rows, 0), "code",
                                                            stmt_text(rows, 1), "title", stmt_text(rows, 2)));
        return favourites;
}

static void add(json_t *data, const char *key, json_t *list)
{
        if (json_array_size(list) > 0)
                json_object_set(data, key, list);
        json_decref(list);
}

json_t *programme_export(Db *db, int64_t account)
{
        json_t *data = json_object();
        add(data, "persons", persons_of(db, account));
        add(data, "favourites", favourites_of(db, account));
        return data;
}

bool programme_erase(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM favourite WHERE account_id = $1", "i", account) &&
               db_run(db, "DELETE FROM import_draft WHERE account_id = $1", "i", account) &&
               db_run(db, "DELETE FROM import_job WHERE account_id = $1", "i", account) &&
               db_run(db, "UPDATE person SET account_id = NULL WHERE account_id = $1", "i", account);
}
