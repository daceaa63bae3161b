#include "programme/import.h"

#include "base/time.h"
#include "programme/change.h"
#include "programme/formats/schedule_format.h"
#include "programme/schedule_xml.h"
#include "programme/search.h"
#include "support/test_folder.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

static Store *open_store(char **ret_folder)
{
        g_autoptr(GError) error = NULL;
        *ret_folder = g_dir_make_tmp("treteau-import-XXXXXX", NULL);
        Store *store = store_open(*ret_folder, &error);
        g_assert_no_error(error);
        return store;
}

static void close_store(Store *store, char *folder)
{
        store_free(store);
        test_folder_remove(folder);
}

/* What this thread worked: others on the machine do not count. */
static int64_t thread_cpu_us(void)
{
        struct timespec now;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

/* ret_turn_us: work done while the writer was held. */
static ImportCounts import(Store *store, const char *xml, size_t size, int64_t *ret_turn_us)
{
        ProgrammeNotice notice = { 0 };
        ScheduleOptions options = { .zone = "Europe/Paris", .seed = "essai" };
        Db *db = store_read_begin(store);
        g_autoptr(Import) import =
                import_prepare(db, schedule_xml_read(xml, size, &options, &notice), "essai", "fr", false);
        store_read_end(store, db);
        const char *fault = NULL;
        g_autoptr(GError) error = NULL;
        db = store_write_begin(store, WRITE_JOB);
        int64_t start = thread_cpu_us();
        bool kept = import_apply(db, import, &fault);
        *ret_turn_us = thread_cpu_us() - start;
        if (!kept)
                g_test_message("%s %s", fault, db_failed(db) ? db_failed(db)->message : "");
        g_assert_true(kept);
        g_assert_true(store_write_end(store, db, kept, &error));
        search_catch_up(store);
        return import->counts;
}

static int64_t count(Store *store, const char *sql)
{
        Db *db = store_read_begin(store);
        int64_t number = db_int(db, -1, sql, NULL);
        store_read_end(store, db);
        return number;
}

static char *export(Store *store)
{
        Db *db = store_read_begin(store);
        g_autoptr(Event) event = conference_find(db, "essai");
        g_autoptr(Programme) programme = programme_load(db, event);
        store_read_end(store, db);
        return g_string_free(schedule_xml_write(programme, "https://t.example/essai/"), FALSE);
}

#define HEAD                                                                                                           \
        "<schedule><version>1</version><conference><title>Essai</title>"                                               \
        "<time_zone_name>Europe/Paris</time_zone_name></conference><day index='1' date='2021-01-28'><room name='A'>"
#define FOOT "</room></day></schedule>"
#define TALK(attributes, title, start, more)                                                                           \
        "<event " attributes "><title>" title "</title><start>" start "</start><duration>1:00</duration>" more         \
        "</event>"
#define GUID(digit) "guid='" digit "1111111-1111-4111-8111-111111111111'"

static char *code_of(Store *store, const char *title)
{
        Db *db = store_read_begin(store);
        char *code = db_text(db, "SELECT code FROM talk WHERE title = $1", "t", title);
        store_read_end(store, db);
        return code;
}

static void test_again(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t turn_us;
        const char *first =
                HEAD TALK("id='1' " GUID("a"), "Un", "09:00", "<persons><person id='5'>Ada</person></persons>")
                        TALK("id='2' " GUID("b"), "Deux", "10:00", "") TALK("id='3'", "Trois", "11:00", "") FOOT;
        ImportCounts counts = import(store, first, strlen(first), &turn_us);
        g_assert_true(counts.event_new);
        g_assert_cmpint(counts.talks_new, ==, 3);
        g_autofree char *one = code_of(store, "Un"), *two = code_of(store, "Deux"), *three = code_of(store, "Trois");

        counts = import(store, first, strlen(first), &turn_us);
        g_assert_false(counts.event_new);
        g_assert_cmpint(counts.talks_same, ==, 3);
        g_assert_cmpint(counts.talks_new + counts.talks_changed + counts.talks_absent, ==, 0);

        /* the first two exchange their guids and numbers, the third gets a guid, a fourth comes */
        const char *second = HEAD TALK("id='2' " GUID("b"), "Un bis", "09:30", "")
                TALK("id='1' " GUID("a"), "Deux bis", "10:00", "<persons><person id='5'>Ada L.</person></persons>")
                        TALK("id='3' " GUID("c"), "Trois", "11:00", "") TALK("id='4'", "Quatre", "12:00", "") FOOT;
        counts = import(store, second, strlen(second), &turn_us);
        g_assert_cmpint(counts.talks_new, ==, 1);
        g_assert_cmpint(counts.talks_changed, ==, 3);
        g_autofree char *one_now = code_of(store, "Deux bis"), *two_now = code_of(store, "Un bis");
        g_autofree char *three_now = code_of(store, "Trois");
        g_assert_cmpstr(one_now, ==, one);
        g_assert_cmpstr(two_now, ==, two);
        g_assert_cmpstr(three_now, ==, three);
        g_assert_cmpint(count(store, "SELECT count(*) FROM person"), ==, 1);
        g_assert_cmpint(count(store, "SELECT count(*) FROM person WHERE name = 'Ada L.'"), ==, 1);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_search WHERE talk_search MATCH 'bis'"), ==, 2);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_search"), ==, 4);

        counts = import(store, first, strlen(first), &turn_us);
        g_assert_cmpint(counts.talks_absent, ==, 1);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk"), ==, 4);
        close_store(store, folder);
}

/* Refused as a whole when the event changed between the preparation and the turn. */
static void test_meanwhile(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t turn_us;
        const char *file = HEAD TALK("id='1'", "Un", "09:00", "") FOOT;
        import(store, file, strlen(file), &turn_us);
        ProgrammeNotice notice;
        ScheduleOptions options = { .zone = "Europe/Paris", .seed = "essai" };
        const char *other = HEAD TALK("id='1'", "Autre", "09:00", "") TALK("id='2'", "Deux", "09:00", "") FOOT;
        Db *db = store_read_begin(store);
        g_autoptr(Import) late =
                import_prepare(db, schedule_xml_read(other, strlen(other), &options, &notice), "essai", "fr", false);
        store_read_end(store, db);
        import(store, file, strlen(file), &turn_us);
        const char *fault = NULL;
        g_autoptr(GError) error = NULL;
        db = store_write_begin(store, WRITE_JOB);
        g_assert_false(import_apply(db, late, &fault));
        g_assert_nonnull(strstr(fault, "in the meantime"));
        store_write_end(store, db, false, &error);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk"), ==, 1);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk WHERE title = 'Un'"), ==, 1);
        close_store(store, folder);
}

static void publish(Store *store)
{
        Db *db = store_write_begin(store, WRITE_PAGE);
        conference_set_published(db, db_int(db, 0, "SELECT id FROM event", NULL), true);
        g_assert_true(store_write_end(store, db, true, NULL));
}

/* One who edits a session while a file is read is not overwritten. */
static void test_edited_meanwhile(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t turn_us;
        const char *file = HEAD TALK("id='1'", "Un", "09:00", "") FOOT;
        import(store, file, strlen(file), &turn_us);
        ProgrammeNotice notice;
        ScheduleOptions options = { .zone = "Europe/Paris", .seed = "essai" };
        Db *db = store_read_begin(store);
        g_autoptr(Import) late =
                import_prepare(db, schedule_xml_read(file, strlen(file), &options, &notice), "essai", "fr", false);
        store_read_end(store, db);
        db = store_write_begin(store, WRITE_PAGE);
        int64_t talk = db_int(db, 0, "SELECT id FROM talk", NULL);
        g_autoptr(TalkFacts) before = talk_facts(db, talk);
        db_run(db, "UPDATE talk SET title = 'Un, revu'", NULL);
        g_assert_true(talk_changed(db, talk, before));
        g_assert_true(store_write_end(store, db, true, NULL));
        db = store_write_begin(store, WRITE_JOB);
        const char *fault = NULL;
        g_assert_false(import_apply(db, late, &fault));
        store_write_end(store, db, false, NULL);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk WHERE title = 'Un, revu'"), ==, 1);
        close_store(store, folder);
}

/* What an import moves in a published programme is told; what an event begins with is not. */
static void test_changes(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t turn_us;
        const char *first = HEAD TALK("id='1'", "Un", "09:00", "") TALK("id='2'", "Deux", "10:00", "") FOOT;
        const char *second = HEAD TALK("id='1'", "Un", "09:30", "") TALK("id='2'", "Deux", "10:00", "")
                TALK("id='3'", "Trois", "12:00", "") FOOT;
        import(store, first, strlen(first), &turn_us);
        publish(store);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_change"), ==, 0);
        import(store, second, strlen(second), &turn_us);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_change"), ==, 2);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_change WHERE kind = 'moved' AND title = 'Un'"), ==, 1);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_change WHERE kind = 'added'"), ==, 1);
        g_assert_cmpint(count(store, "SELECT sequence FROM talk WHERE title = 'Un'"), ==, 1);
        g_assert_cmpint(count(store, "SELECT sequence FROM talk WHERE title = 'Deux'"), ==, 0);
        close_store(store, folder);
}

/* Nobody waits long for the writer while a large programme comes in, goes out and comes in changed. */
static void test_large(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t first_us, changed_us;
        GString *file[2] = { g_string_new(HEAD), g_string_new(HEAD) };
        for (int version = 0; version < 2; version++) {
                for (int i = 0; i < 3000; i++)
                        g_string_append_printf(
                                file[version],
                                TALK("id='%d'", "Session %d", "%02d:%02d",
                                     "<abstract>Un résumé de quelques mots, comme on en lit dans les programmes, "
                                     "et qui tient deux lignes.</abstract><persons><person id='%d'>Personne "
                                     "%d</person></persons><links><link href='https://a.example/%d'>x</link></links>"),
                                i + 1, i, (i / 60) % 20, (i + version) % 60, i % 900 + 1, i % 900, i);
                g_string_append(file[version], FOOT);
        }
        import(store, file[0]->str, file[0]->len, &first_us);
        publish(store);
        ImportCounts counts = import(store, file[1]->str, file[1]->len, &changed_us);
        g_assert_cmpint(counts.talks_changed, ==, 3000);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_change"), ==, 3000);
        g_test_message("3,000 sessions, writer held: new %" G_GINT64_FORMAT " us, changed %" G_GINT64_FORMAT " us",
                       first_us, changed_us);
        for (int version = 0; version < 2; version++)
                g_string_free(file[version], TRUE);
        close_store(store, folder);
}

static void test_fosdem(void)
{
        const char *said = g_getenv("TRETEAU_SHARED");
        g_autofree char *here = g_path_get_dirname(__FILE__);
        g_autofree char *path = said ? g_build_filename(said, "data", "fosdem_2021.xml", NULL)
                                     : g_build_filename(here, "../../../shared/data/fosdem_2021.xml", NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (!g_file_get_contents(path, &text, &size, NULL)) {
                g_test_skip_printf("no %s", path);
                return;
        }
        char *folder = NULL;
        Store *store = open_store(&folder);
        int64_t first_us, again_us, round_us;
        ImportCounts counts = import(store, text, size, &first_us);
        g_assert_cmpint(counts.talks_new, ==, 773);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk"), ==, 773);
        g_assert_cmpint(count(store, "SELECT count(*) FROM room"), ==, 108);
        g_assert_cmpint(count(store, "SELECT count(*) FROM person"), ==, 684);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_person"), ==, 818);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_link WHERE kind = 'link'"), ==, 2976);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk_link WHERE kind = 'attachment'"), ==, 395);
        counts = import(store, text, size, &again_us);
        g_assert_cmpint(counts.talks_same, ==, 773);

        /* what goes out comes in again as the same */
        g_autofree char *out = export(store);
        counts = import(store, out, strlen(out), &round_us);
        g_autofree char *again = export(store);
        g_assert_cmpint(counts.talks_new + counts.talks_absent, ==, 0);
        g_assert_cmpint(count(store, "SELECT count(*) FROM talk"), ==, 773);
        g_assert_true(!strcmp(out, again));
        g_test_message("writer held: first %" G_GINT64_FORMAT " us, again %" G_GINT64_FORMAT
                       " us, round %" G_GINT64_FORMAT " us (%u changed)",
                       first_us, again_us, round_us, counts.talks_changed);
        close_store(store, folder);
}

static Import *prepare_table(Store *store, const char *table)
{
        ProgrammeNotice notice = { 0 };
        ScheduleOptions options = { .zone = "Europe/Paris", .seed = "essai" };
        Db *db = store_read_begin(store);
        Import *import = import_prepare(db, format_read(table, strlen(table), &options, &notice), "essai", "fr", false);
        store_read_end(store, db);
        return import;
}

/* A code that is made here may be that of another session, by chance: it finds none. One that the file says does. */
static void test_made_code(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        static const char table[] = "Title;Day;Start;Duration;Room\nTwo;2031-01-01;9:00;30;A\n";
        const char *fault = NULL;
        g_autoptr(Import) first = prepare_table(store, table);
        Db *db = store_write_begin(store, WRITE_JOB);
        g_assert_true(import_apply(db, first, &fault));
        db_run(db, "UPDATE talk SET title = 'One', guid = '00000000-0000-4000-8000-000000000001'", NULL);
        g_autofree char *code = db_text(db, "SELECT code FROM talk", NULL);
        g_assert_true(store_write_end(store, db, true, NULL));
        g_autoptr(Import) second = prepare_table(store, table);
        g_assert_cmpuint(second->counts.talks_new, ==, 1);
        g_assert_cmpuint(second->counts.talks_changed, ==, 0);
        g_autofree char *coded =
                g_strdup_printf("Code;Title;Day;Start;Duration;Room\n%s;Two;2031-01-01;9:00;30;A\n", code);
        g_autoptr(Import) third = prepare_table(store, coded);
        g_assert_cmpuint(third->counts.talks_changed, ==, 1);
        close_store(store, folder);
}

static bool stop_at(gpointer owner, guint done, guint total)
{
        g_assert_cmpuint(done, <=, total);
        guint *left = owner;
        return (*left)-- > 0;
}

/* Whatever row it is stopped at, nothing of it is kept. */
static void test_stopped(void)
{
        char *folder = NULL;
        Store *store = open_store(&folder);
        static const char table[] = "Title;Day;Start;Duration;Room;Speakers\n"
                                    "One;2031-01-01;9:00;30;A;Ada, Bob\nTwo;2031-01-01;10:00;30;B;Eve\n"
                                    "Three;2031-01-01;11:00;30;C;Ada\n";
        for (guint rows = 0; rows <= 6; rows++) {
                g_autoptr(Import) import = prepare_table(store, table);
                guint left = rows;
                import->on_row = stop_at;
                import->owner = &left;
                const char *fault = NULL;
                Db *db = store_write_begin(store, WRITE_JOB);
                bool kept = import_apply(db, import, &fault);
                g_assert_true(store_write_end(store, db, kept, NULL));
                g_assert_cmpint(kept, ==, rows >= 6); /* three persons, three sessions */
                if (!kept)
                        g_assert_cmpstr(fault, ==, "It was stopped. Nothing was imported.");
                for (const char *const *one =
                             (const char *const[]){ "SELECT count(*) FROM event", "SELECT count(*) FROM room",
                                                    "SELECT count(*) FROM person", "SELECT count(*) FROM talk", NULL };
                     *one; one++)
                        g_assert_cmpint(count(store, *one) > 0, ==, kept);
        }
        close_store(store, folder);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/import/again", test_again);
        g_test_add_func("/import/meanwhile", test_meanwhile);
        g_test_add_func("/import/edited meanwhile", test_edited_meanwhile);
        g_test_add_func("/import/changes are told", test_changes);
        g_test_add_func("/import/made code", test_made_code);
        g_test_add_func("/import/stopped", test_stopped);
        g_test_add_func("/import/large", test_large);
        g_test_add_func("/import/fosdem", test_fosdem);
        return g_test_run();
}
