#include "law/law_rules.h"
#include "law/law_store.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/markdown.h"
#include "base/time.h"
#include "job/job.h"
#include "live/live.h"
#include "mail/mail.h"
#include "notes/notes.h"
#include "people/people.h"
#include "programme/programme.h"
#include "registration/registration.h"
#include "greenroom/greenroom.h"
#include "hall/hall.h"
#include "upload/upload.h"
#include "whip/whip.h"

typedef struct {
        char *folder;
        Store *store;
        int64_t event, account, room, talk;
} Fixture;

static Db *begin(Fixture *fixture)
{
        return store_write_begin(fixture->store, WRITE_JOB);
}

static void end(Fixture *fixture, Db *db)
{
        g_autoptr(GError) error = NULL;
        store_write_end(fixture->store, db, true, &error);
        g_assert_no_error(error);
}

static char *today(void)
{
        g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us() / SECOND_US);
        return g_date_time_format(now, "%Y-%m-%d");
}

/* An event that ends today, with a session in a room. */
static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *day = today();
        fixture->folder = g_dir_make_tmp("law-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = begin(fixture);
        fixture->event = db_insert(db,
                                   "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                   "VALUES('nec', 'Événement', 'UTC', $1, $1, 1, 1) RETURNING id",
                                   "t", day);
        fixture->room =
                db_insert(db, "INSERT INTO room(event_id, slug, name) VALUES($1, 'scene', 'Scène') RETURNING id", "i",
                          fixture->event);
        fixture->talk =
                db_insert(db,
                          "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us) "
                          "VALUES($1, $2, 'ABC123', 'g', 'Titre', $3, 1, 2, 1) RETURNING id",
                          "iit", fixture->event, fixture->room, day);
        fixture->account = people_ensure(db, "zoe.quidam@exemple.fr", "Zoé Quidam", "fr");
        end(fixture, db);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        g_autoptr(GDir) dir = g_dir_open(fixture->folder, 0, NULL);
        for (const char *name; (name = g_dir_read_name(dir));) {
                g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
                if (g_unlink(path) != 0)
                        g_rmdir(path);
        }
        g_rmdir(fixture->folder);
        g_free(fixture->folder);
}

/* As app/ does every day. */
static void run_daily(Fixture *fixture)
{
        static bool (*const jobs[])(Db *) = { registration_expire, people_expire, live_expire, whip_expire,
                                              greenroom_expire,    notes_expire,  hall_expire, upload_expire,
                                              mail_expire,         law_expire };
        for (size_t i = 0; i < G_N_ELEMENTS(jobs); i++) {
                Db *db = begin(fixture);
                g_assert_true(jobs[i](db));
                end(fixture, db);
        }
        g_assert_true(job_expire(fixture->store));
}

/* --- Each row of the table in its time --------------------------------------------------------------------------- */

/* How a row comes into being: $1 is the account, $2 the event, $3 now, $4 the session, $5 the room. */
static const struct {
        const char *key;
        bool from_event_end; /* else from now */
        const char *make[4];
        const char *count; /* 1 while it is kept, 0 after */
} LIVES[] = {
        { "account", false, { NULL }, "SELECT count(*) FROM account WHERE email LIKE '%@%' OR name <> ''" },
        { "role",
          true,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'host')" },
          "SELECT count(*) FROM role" },
        { "organiser",
          true,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'event-owner')" },
          "SELECT count(*) FROM role" },
        { "invitation",
          false,
          { "INSERT INTO invitation(event_id, account_id, role, created_us) VALUES($2, $1, 'host', $3)" },
          "SELECT count(*) FROM invitation" },
        { "link",
          false,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'organiser')",
            "INSERT INTO link(hash, purpose, account_id, created_us, expires_us) VALUES(x'01', 'sign-in', $1, $3, "
            "$3)" },
          "SELECT count(*) FROM link" },
        { "session",
          false,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'organiser')",
            "INSERT INTO session(hash, account_id, created_us, expires_us) VALUES(x'01', $1, $3, $3 + 2592000000000)" },
          "SELECT count(*) FROM session" },
        { "throttle",
          false,
          { "INSERT INTO throttle(kind, network, count, since_us, last_us) VALUES('guess', '192.0.2.0/24', 1, $3, "
            "$3)" },
          "SELECT count(*) FROM throttle" },
        { "mail",
          false,
          { "INSERT INTO mail(kind, recipient, state, next_us, created_us, ended_us) "
            "VALUES('x', 'someone@exemple.fr', 'sent', $3, $3, $3)" },
          "SELECT count(*) FROM mail" },
        { "registration",
          true,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'attendee')",
            "INSERT INTO registration(event_id, account_id, path, mailed_us, created_us, confirmed_us) "
            "VALUES($2, $1, 'remote', $3, $3, $3)" },
          "SELECT count(*) FROM registration" },
        { "need",
          true,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'attendee')",
            "INSERT INTO registration(event_id, account_id, path, mailed_us, created_us, confirmed_us) "
            "VALUES($2, $1, 'remote', $3, $3, $3)",
            "INSERT INTO registration_need(registration_id, other, agreed_us) SELECT id, 'Une boucle', $3 FROM "
            "registration" },
          "SELECT count(*) FROM registration_need" },
        { "favourite",
          false,
          { "INSERT INTO favourite(account_id, talk_id, at_us) VALUES($1, $4, $3)" },
          "SELECT count(*) FROM favourite" },
        { "room",
          true,
          { "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($5, 1, x'01', 'Zoé', 'guest', "
            "$3)",
            "INSERT INTO live_line(room_id, n, person_id, nonce, text, at_us) VALUES($5, 1, 1, 'n', 'Bonjour', $3)" },
          "SELECT max((SELECT count(*) FROM live_person), (SELECT count(*) FROM live_line))" },
        { "capture",
          true,
          { "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($5, 1, x'01', 'Zoé', 'guest', "
            "$3)",
            "INSERT INTO live_session(id, room_id, talk_id, started_us) VALUES(1, $5, $4, $3)",
            "INSERT INTO live_capture(room_id, session_id, person_id, began_us, lost, pcap) "
            "VALUES($5, 1, 1, $3, 0, x'00')" },
          "SELECT count(*) FROM live_capture" },
        { "discuss",
          true,
          { "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($5, 1, x'01', 'Zoé', 'guest', "
            "$3)",
            "INSERT INTO live_session(id, room_id, talk_id, started_us) VALUES(1, $5, $4, $3)",
            "INSERT INTO discuss_question(session_id, room_id, person_id, nonce, named, text, state, asked_us) "
            "VALUES(1, $5, 1, 'n', 1, 'Qui ?', 'open', $3)",
            "INSERT INTO discuss_poll(session_id, room_id, kind, question, state, made_us) "
            "VALUES(1, $5, 'words', 'Un mot ?', 'closed', $3)" },
          "SELECT max((SELECT count(*) FROM discuss_question), (SELECT count(*) FROM discuss_poll))" },
        { "manager",
          true,
          { "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($5, 1, x'01', 'Zoé', 'host', "
            "$3)",
            "INSERT INTO live_session(id, room_id, talk_id, started_us) VALUES(1, $5, $4, $3)",
            "INSERT INTO stage_log(session_id, room_id, at_us, person_id, what, detail) VALUES(1, $5, $3, 1, 'end', "
            "'')",
            "INSERT INTO announcement(event_id, room_id, person_id, text, at_us, until_us) VALUES($2, $5, 1, 'À "
            "table', "
            "$3, $3)" },
          "SELECT max((SELECT count(*) FROM stage_log), (SELECT count(*) FROM announcement))" },
        { "encoder",
          true,
          { "INSERT INTO encoder(room_id, name, hash, made_us) VALUES($5, 'Caméra', x'01', $3)" },
          "SELECT count(*) FROM encoder" },
        { "upload",
          false,
          { "INSERT INTO upload(event_id, talk_id, account_id, key, file_name, state, created_us, touched_us) "
            "VALUES($2, $4, "
            "$1, 'k', 'film.mp4', 'receiving', $3, $3)" },
          "SELECT count(*) FROM upload" },
        { "hall",
          true,
          { "INSERT INTO hall(room_id, name, screen_hash, seat_hash, made_us) VALUES($5, 'Salle', x'01', x'02', $3)" },
          "SELECT count(*) FROM hall" },
        { "greenroom",
          false,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'organiser')",
            "INSERT INTO green_room(event_id, account_id, key_hash, code, findings, at_us) VALUES($2, $1, x'01', "
            "'ACDEFH', '{}', $3)" },
          "SELECT count(*) FROM green_room" },
        { "note",
          true,
          { "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'organiser')",
            "INSERT INTO note(id, event_id, title, text, made_us, changed_us) VALUES(1, $2, 'Réunion', 'Zoé vient', "
            "$3, "
            "$3)",
            "INSERT INTO note_version(note_id, n, begun_us, ended_us) VALUES(1, 1, $3, $3)",
            "INSERT INTO note_author(note_id, n, account_id) VALUES(1, 1, $1)" },
          "SELECT count(*) FROM note_author" },
        { "consent",
          true,
          { "INSERT INTO consent(account_id, event_id, given_us) VALUES($1, $2, $3)" },
          "SELECT count(*) FROM consent" },
        { "draft",
          false,
          { "INSERT INTO import_draft(token, event_id, account_id, name, bytes, created_us) VALUES('t', $2, $1, 'x', "
            "x'01', $3)" },
          "SELECT count(*) FROM import_draft" },
        { "job",
          false,
          { "INSERT INTO job(kind, account_id, state, created_us, ended_us) VALUES('x', $1, 'done', $3, $3)" },
          "SELECT count(*) FROM job" },
};

/* Gives every statement all five arguments: those it does not name stand in a comparison that is always true. */
static void make(Fixture *fixture, const char *sql)
{
        g_autoptr(GString) text = g_string_new(sql);
        const char *values[] = { NULL, NULL, NULL, NULL, NULL };
        const int64_t numbers[] = { fixture->account, fixture->event, now_us(), fixture->talk, fixture->room };
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
                g_autofree char *name = g_strdup_printf("$%zu", i + 1);
                g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, numbers[i]);
                g_string_replace(text, name, number, 0);
        }
        Db *db = begin(fixture);
        g_assert_true(db_run(db, text->str, ""));
        end(fixture, db);
}

static int64_t count(Fixture *fixture, const char *sql)
{
        Db *db = store_read_begin(fixture->store);
        int64_t found = db_int(db, -1, sql, "");
        store_read_end(fixture->store, db);
        return found;
}

static void check_life(const Retention *row, size_t life)
{
        Fixture fixture = { 0 };
        set_up(&fixture, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(LIVES[life].make) && LIVES[life].make[i]; i++)
                make(&fixture, LIVES[life].make[i]);
        /* The event ends at the coming midnight; jobs count from it, or from the day itself. */
        int64_t before_us = row->days * DAY_US - 12 * HOUR_US, after_us = row->days * DAY_US + 36 * HOUR_US;
        if (LIVES[life].from_event_end)
                before_us -= 12 * HOUR_US, after_us += DAY_US;
        before_us = MAX(before_us, 0);
        clock_shift(before_us);
        run_daily(&fixture);
        g_test_message("%s: kept for %d days?", row->key, row->days);
        g_assert_cmpint(count(&fixture, LIVES[life].count), ==, 1);
        clock_shift(after_us);
        run_daily(&fixture);
        g_test_message("%s: erased after %d days?", row->key, row->days);
        g_assert_cmpint(count(&fixture, LIVES[life].count), ==, 0);
        clock_shift(0);
        tear_down(&fixture, NULL);
}

static void test_each_row_is_erased_in_its_time(void)
{
        size_t rows = 0, held = 0;
        for (const Retention *row = law_retention(&rows), *last = row + rows; row < last; row++) {
                if (!*row->job)
                        continue;
                size_t life = 0;
                while (life < G_N_ELEMENTS(LIVES) && !g_str_equal(LIVES[life].key, row->key))
                        life++;
                if (life == G_N_ELEMENTS(LIVES))
                        g_error("LIVES of this test says nothing of \"%s\"", row->key);
                g_autofree char *days = g_strdup_printf("%d day", row->days);
                if (!g_str_equal(row->key, "favourite")) /* goes with the address */
                        g_assert_nonnull(strstr(row->kept, days));
                check_life(row, life);
                held++;
        }
        g_assert_cmpint(held, ==, G_N_ELEMENTS(LIVES));
}

/* --- Nothing is forgotten in the table --------------------------------------------------------------------------- */

static void test_every_table_is_named(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GString) named = g_string_new(" ");
        size_t rows = 0;
        for (const Retention *row = law_retention(&rows), *last = row + rows; row < last; row++)
                g_string_append_printf(named, "%s ", row->tables);
        Db *db = store_read_begin(fixture->store);
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT name FROM sqlite_schema m WHERE type = 'table' AND (name = 'account' OR "
                "EXISTS(SELECT 1 FROM pragma_foreign_key_list(m.name) f WHERE f.\"table\" = 'account') OR "
                "EXISTS(SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name IN ('email', 'recipient', 'network', "
                "'account_id', 'person_id', 'registration_id', 'biography')))",
                "");
        int found = 0;
        for (; stmt_next(stmt); found++) {
                g_autofree char *word = g_strdup_printf(" %s ", stmt_text(stmt, 0));
                if (!strstr(named->str, word))
                        g_error("the table%skeeps something of a person: say so in law_retention.c", word);
        }
        g_assert_cmpint(found, >, 15);
        stmt_free(g_steal_pointer(&stmt));
        store_read_end(fixture->store, db);
}

/* --- One person -------------------------------------------------------------------------------------------------- */

static const char *const EVERYWHERE[] = {
        "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'attendee')",
        "INSERT INTO role(account_id, event_id, role) VALUES($1, $2, 'speaker')",
        "INSERT INTO invitation(event_id, account_id, role, created_us) VALUES($2, $1, 'host', $3)",
        "INSERT INTO link(hash, purpose, account_id, created_us, expires_us) VALUES(x'01', 'sign-in', $1, $3, $3)",
        "INSERT INTO session(hash, account_id, created_us, expires_us) VALUES(x'01', $1, $3, $3 + 9)",
        "INSERT INTO consent(account_id, event_id, given_us) VALUES($1, $2, $3)",
        "INSERT INTO mail(kind, recipient, message, next_us, created_us) "
        "VALUES('x', 'zoe.quidam@exemple.fr', 'To: zoe.quidam@exemple.fr', $3, $3)",
        "INSERT INTO registration(event_id, account_id, path, mailed_us, created_us, confirmed_us) "
        "VALUES($2, $1, 'remote', $3, $3, $3)",
        "INSERT INTO registration_need(registration_id, other, agreed_us) SELECT id, 'Zoé Quidam entend mal', $3 FROM "
        "registration",
        "INSERT INTO registration_question(id, event_id, position, kind, label) VALUES(1, $2, 1, 'short', 'D’où ?')",
        "INSERT INTO registration_answer(registration_id, question_id, value) SELECT id, 1, 'Zoé Quidam, Angoulême' "
        "FROM "
        "registration",
        "INSERT INTO registration_address(hash, account_id, event_id, email, created_us) "
        "VALUES(x'01', $1, $2, 'zoe.quidam@autre.fr', $3)",
        "INSERT INTO favourite(account_id, talk_id, at_us) VALUES($1, $4, $3)",
        "INSERT INTO live_person(room_id, id, key_hash, account_id, name, role, seen_us) "
        "VALUES($5, 1, x'01', $1, 'Zoé Quidam', 'attendee', $3)",
        "INSERT INTO live_line(room_id, n, person_id, nonce, text, at_us) VALUES($5, 1, 1, 'n', 'Zoé Quidam ici', $3)",
        "INSERT INTO live_session(id, room_id, talk_id, started_us) VALUES(1, $5, $4, $3)",
        "INSERT INTO discuss_question(session_id, room_id, person_id, nonce, named, text, state, asked_us) "
        "VALUES(1, $5, 1, 'n', 1, 'Zoé Quidam demande', 'open', $3)",
        "INSERT INTO person(event_id, account_id, code, guid, name) VALUES($2, $1, 'ZOE', 'z', 'Zoé Quidam')",
};
/* Where the name may stay, and why. */
static const char *const STAYS[] = {
        "person.name", /* the published programme is its organisers' */
};

/* "table.column" of every place that holds one of the words. (transfer full) of char * */
static GPtrArray *places_with(Fixture *fixture, const char *const *words)
{
        GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
        Db *db = store_read_begin(fixture->store);
        g_autoptr(Stmt) columns = db_query(db,
                                           "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c "
                                           "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
                                           "");
        while (stmt_next(columns)) {
                const char *table = stmt_text(columns, 0), *column = stmt_text(columns, 1);
                g_autofree char *sql =
                        g_strdup_printf("SELECT count(*) FROM \"%s\" WHERE instr(CAST(\"%s\" AS TEXT), $1) OR "
                                        "instr(CAST(\"%s\" AS TEXT), $2)",
                                        table, column, column);
                if (db_int(db, 0, sql, "tt", words[0], words[1]) > 0)
                        g_ptr_array_add(places, g_strdup_printf("%s.%s", table, column));
        }
        stmt_free(g_steal_pointer(&columns));
        g_assert_null(db_failed(db));
        store_read_end(fixture->store, db);
        return places;
}

static void test_one_person_is_given_out_and_erased(Fixture *fixture, gconstpointer data)
{
        static const char *const words[] = { "zoe.quidam", "Zoé Quidam" };
        for (size_t i = 0; i < G_N_ELEMENTS(EVERYWHERE); i++)
                make(fixture, EVERYWHERE[i]);
        g_autoptr(GPtrArray) before = places_with(fixture, words);
        g_assert_cmpint(before->len, >=, 10);

        Db *db = begin(fixture);
        json_t *all = law_export(db, fixture->account);
        static const char *const features[] = { "registration", "live", "programme", "mail", "people" };
        for (size_t i = 0; i < G_N_ELEMENTS(features); i++)
                g_assert_nonnull(json_object_get(all, features[i]));
        json_decref(all);
        int64_t sequence = db_int(db, 0, "SELECT count(*) FROM consent WHERE withdrawn_us IS NULL", "");
        g_assert_cmpint(sequence, ==, 1);
        g_assert_true(law_erase(db, fixture->account));
        end(fixture, db);

        g_autoptr(GPtrArray) after = places_with(fixture, words);
        for (guint i = 0; i < after->len; i++) {
                bool may_stay = false;
                for (size_t j = 0; j < G_N_ELEMENTS(STAYS); j++)
                        may_stay |= g_str_equal(after->pdata[i], STAYS[j]);
                if (!may_stay)
                        g_error("%s still says who it was", (const char *)after->pdata[i]);
        }
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM role"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM session"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM consent WHERE withdrawn_us IS NULL"), ==, 0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM consent"), ==, 1);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM person WHERE account_id IS NOT NULL"), ==, 0);
}

static void test_owner_is_not_erased(Fixture *fixture, gconstpointer data)
{
        Db *db = begin(fixture);
        db_run(db, "UPDATE account SET owner = 1", "");
        g_assert_false(law_erase(db, fixture->account));
        g_assert_true(law_expire(db));
        end(fixture, db);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM account WHERE email LIKE 'zoe%'"), ==, 1);
}

/* A speaker of a programme is kept, whatever else has ended. */
static void test_speaker_is_not_forgotten(Fixture *fixture, gconstpointer data)
{
        make(fixture, "INSERT INTO person(event_id, account_id, code, guid, name) VALUES($2, $1, 'ZOE', 'z', 'Zoé')");
        clock_shift(400 * DAY_US);
        run_daily(fixture);
        clock_shift(0);
        g_assert_cmpint(count(fixture, "SELECT count(*) FROM account WHERE email LIKE 'zoe%'"), ==, 1);
}

/* --- Texts ------------------------------------------------------------------------------------------------------- */

static const LawPlace PLACES[] = {
        { "organiser", "L'équipe [x](javascript:1) <b>", false },
        { "contact", "a+b@exemple.fr", true },
        { "host", "", false },
        { 0 },
};

static void test_places_are_filled(void)
{
        const Lang *lang = lang_find("en");
        g_autofree char *text = law_fill("{organiser}: {contact}, {host}. {other} {} {Contact}", PLACES, lang);
        g_autofree char *html = markdown_html(text);
        g_assert_nonnull(strstr(html, "mailto:a%2Bb@exemple.fr"));
        g_assert_nonnull(strstr(html, "(not said yet)"));
        g_assert_nonnull(strstr(html, "{other} {} {Contact}"));
        g_assert_null(strstr(html, "<b>"));
        g_assert_null(strstr(html, "href=\"javascript"));
        g_assert_nonnull(strstr(html, "[x](javascript:1)"));
}

static void test_unknown_places_are_told(void)
{
        g_autofree char *unknown = law_unknown_place("{organiser} {adress}", PLACES);
        g_assert_cmpstr(unknown, ==, "adress");
        g_assert_null(law_unknown_place("{organiser} { x } {1}", PLACES));
}

static void test_usual_texts_are_whole(void)
{
        static const LawPlace every[] = { { "organiser", "x", false },   { "contact", "x", true },
                                          { "event", "x", false },       { "licence", "x", false },
                                          { "host", "x", false },        { "host_address", "x", false },
                                          { "host_contact", "x", true }, { "version", "x", false },
                                          { "checked", "x", false },     { 0 } };
        for (LawPage page = 0; page < LAW_PAGE_COUNT; page++)
                for (const Lang *const *lang = lang_list(); *lang; lang++) {
                        g_assert_null(law_unknown_place(tr(*lang, law_usual_text(page)), every));
                        g_assert_cmpint(law_page_by_word(law_word(page)), ==, page);
                }
        g_assert_cmpint(law_page_by_word("x"), ==, LAW_PAGE_COUNT);
}

static void test_texts_are_kept_apart(Fixture *fixture, gconstpointer data)
{
        Db *db = begin(fixture);
        g_assert_true(law_text_keep(db, 0, LAW_LEGAL, "fr", "du serveur"));
        g_assert_true(law_text_keep(db, fixture->event, LAW_LEGAL, "fr", "de l'événement"));
        g_assert_true(law_text_keep(db, fixture->event, LAW_LEGAL, "fr", "de l'événement, autrement"));
        g_autofree char *server = law_text(db, 0, LAW_LEGAL, "fr"),
                        *event = law_text(db, fixture->event, LAW_LEGAL, "fr");
        g_assert_cmpstr(server, ==, "du serveur");
        g_assert_cmpstr(event, ==, "de l'événement, autrement");
        g_assert_null(law_text(db, 0, LAW_LEGAL, "en"));
        g_assert_true(law_text_keep(db, 0, LAW_LEGAL, "fr", ""));
        g_assert_null(law_text(db, 0, LAW_LEGAL, "fr"));
        end(fixture, db);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
#define WITH_STORE(name, test) g_test_add("/law/" name, Fixture, NULL, set_up, test, tear_down)
        g_test_add_func("/law/each-row-is-erased-in-its-time", test_each_row_is_erased_in_its_time);
        WITH_STORE("every-table-is-named", test_every_table_is_named);
        WITH_STORE("one-person-is-given-out-and-erased", test_one_person_is_given_out_and_erased);
        WITH_STORE("owner-is-not-erased", test_owner_is_not_erased);
        WITH_STORE("speaker-is-not-forgotten", test_speaker_is_not_forgotten);
        g_test_add_func("/law/places-are-filled", test_places_are_filled);
        g_test_add_func("/law/unknown-places-are-told", test_unknown_places_are_told);
        g_test_add_func("/law/usual-texts-are-whole", test_usual_texts_are_whole);
        WITH_STORE("texts-are-kept-apart", test_texts_are_kept_apart);
        return g_test_run();
}
