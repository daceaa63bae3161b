#include "programme/schedule_xml.h"

#include "base/time.h"
#include "programme/identity.h"

#include <glib/gstdio.h>
#include <string.h>

#define HEAD                                                                                                           \
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<schedule><version>1</version><conference><title>Essai</title>"
#define PARIS "<time_zone_name>Europe/Paris</time_zone_name></conference>"
#define TALK(attributes, inside) "<event " attributes "><title>Un titre</title>" inside "</event>"

static const ScheduleOptions options = { .zone = "Europe/Paris", .seed = "essai" };

static Programme *read_text(const char *text, ProgrammeNotice *ret_fault)
{
        *ret_fault = (ProgrammeNotice){ 0 };
        return schedule_xml_read(text, strlen(text), &options, ret_fault);
}

static bool has_notice(const Programme *programme, int line, const char *part)
{
        for (guint i = 0; i < programme->notices->len; i++) {
                const ProgrammeNotice *notice = &g_array_index(programme->notices, ProgrammeNotice, i);
                g_autofree char *text = g_strdup_printf(notice->message, notice->detail);
                if (notice->line == line && strstr(text, part))
                        return true;
        }
        return false;
}

static void check_refused(const char *text, int line, const char *part)
{
        ProgrammeNotice fault;
        g_autoptr(Programme) programme = read_text(text, &fault);
        g_assert_null(programme);
        g_autofree char *sentence = g_strdup_printf(fault.message ? fault.message : "", fault.detail);
        g_assert_cmpint(fault.line, ==, line);
        g_assert_nonnull(strstr(sentence, part));
}

static void test_refused(void)
{
        check_refused("", 0, "empty");
        check_refused(" \n ", 0, "empty");
        check_refused("BEGIN:VCALENDAR\r\n", 1, "not well-formed");
        check_refused("<html></html>", 1, "first element is <html>");
        check_refused(HEAD PARIS "<day index='1' date='2021-01-28'>\n<room name='A'>\n<event id='1'><title>x", 4,
                      "stops in the middle");
        check_refused(HEAD PARIS "\n</day></schedule>", 3, "not well-formed");
        check_refused(HEAD "\n<subtitle>R&D</subtitle></conference></schedule>", 3, "&amp;");
        check_refused("<!DOCTYPE schedule [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n<schedule>&b;</schedule>",
                      1, "DOCTYPE");
        check_refused("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<schedule/>", 1, "ISO-8859-1");
        check_refused("<schedule>\n<conference>\n<title>\xe9t\xe9</title></conference></schedule>", 3, "UTF-8");
        check_refused("<?xml version=\"1.0\"?>\n\n<!-- two\nlines -->\n<html>\n\n</html>", 5, "<html>");
        check_refused(HEAD PARIS "</schedule>", 0, "no session");
}

/* A declaration that is looked at up to its 200th byte, which here is the sign before the name. */
static void test_long_declaration(void)
{
        GString *text = g_string_new("<?xml ");
        while (text->len < 200 - strlen("encoding="))
                g_string_append_c(text, 'x');
        g_string_append(text, "encoding='UTF-8'?>\n<rss/>");
        check_refused(text->str, 2, "<rss>");
        g_string_free(text, TRUE);
        check_refused("<?xml encoding=?><rss/>", 1, "<rss>");
}

static void test_too_large(void)
{
        ProgrammeNotice fault = { 0 };
        size_t size = 50 * 1024 * 1024;
        g_autofree char *text = g_malloc(size);
        memset(text, ' ', size);
        g_assert_null(schedule_xml_read(text, size, &options, &fault));
        g_assert_cmpstr(fault.detail, ==, "16 MiB");
}

static void test_too_deep(void)
{
        GString *text = g_string_new("<schedule>");
        for (int i = 0; i < 100; i++)
                g_string_append(text, "<x>");
        check_refused(text->str, 1, "nested");
        g_string_free(text, TRUE);
}

static void test_times(void)
{
        ProgrammeNotice fault;
        g_autoptr(Programme) programme = read_text(
                HEAD "<day_change>04:00</day_change>" PARIS "<day index='1' date='2021-01-28'><room name='A'>" TALK(
                        "id='1'", "<start>09:30</start><duration>01:15</duration>")
                        TALK("id='2'", "<start>00:30</start><duration>0:45</duration>") TALK(
                                "id='3'",
                                "<date>2021-01-28T10:00:00+02:00</date><start>09:00</start><duration>00:10</"
                                "duration>") "</room></day><day index='2' start='2021-03-28T04:00:00+02:00'><room "
                                             "name='A'>" TALK("id='4'", "<start>14:00</start><duration>1:00:00:00</"
                                                                        "duration>") "</room></day></schedule>",
                &fault);
        g_assert_nonnull(programme);
        g_assert_cmpint(programme->talks->len, ==, 4);
        g_assert_cmpint(programme->days->len, ==, 2);
        g_assert_cmpint(programme->notices->len, ==, 0);
        /* in order: 9 h and 9 h 30 in Paris, then after midnight, still on the first day */
        g_assert_cmpint(programme_talk(programme, 0)->start_us, ==, 1611820800 * SECOND_US);
        g_assert_cmpint(programme_talk(programme, 1)->start_us, ==, 1611822600 * SECOND_US);
        g_assert_cmpint(programme_talk(programme, 1)->end_us, ==, (1611822600 + 75 * 60) * SECOND_US);
        g_assert_cmpint(programme_talk(programme, 2)->start_us, ==, 1611876600 * SECOND_US);
        g_assert_cmpint(programme_talk(programme, 2)->day, ==, 0);
        /* summer time began that morning */
        g_assert_cmpint(programme_talk(programme, 3)->start_us, ==, 1616932800 * SECOND_US);
        g_assert_cmpint(programme_talk(programme, 3)->end_us, ==, (1616932800 + 86400) * SECOND_US);
        g_assert_cmpstr(programme->first_day, ==, "2021-01-28");
        g_assert_cmpstr(programme->last_day, ==, "2021-03-28");
}

/* A guid used twice keeps both sessions, and the second one's own guid is the same at each reading. */
static void test_repeated_guid(void)
{
        const char *text = HEAD PARIS "<day index='1' date='2021-01-28'><room name='A'>\n" TALK(
                "id='1' guid='AAAAAAAA-1111-4111-8111-111111111111'",
                "<start>09:00</start><duration>1:00</duration>") "\n" TALK("id='2' "
                                                                           "guid='aaaaaaaa-1111-4111-8111-"
                                                                           "111111111111'",
                                                                           "<start>10:00</start><duration>1:00</"
                                                                           "duration>") "</room></day></schedule>";
        ProgrammeNotice fault;
        g_autoptr(Programme) one = read_text(text, &fault), two = read_text(text, &fault);
        g_assert_cmpint(one->talks->len, ==, 2);
        g_assert_true(has_notice(one, 4, "already used"));
        g_assert_cmpstr(programme_talk(one, 0)->guid, ==, "aaaaaaaa-1111-4111-8111-111111111111");
        g_assert_true(guid_is_valid(programme_talk(one, 1)->guid));
        g_assert_cmpstr(programme_talk(one, 0)->guid, !=, programme_talk(one, 1)->guid);
        g_assert_cmpstr(programme_talk(one, 1)->guid, ==, programme_talk(two, 1)->guid);
        g_assert_cmpstr(programme_talk(one, 0)->code, !=, programme_talk(one, 1)->code);
}

/* Nothing is dropped in silence. */
static void test_notices(void)
{
        const char *text =
                HEAD "<color primary='#ff0000'/>" PARIS "\n"
                     "<day index='1' date='2021-01-28' mood='good'><room name='A'>\n" TALK(
                             "id='1'",
                             "<start>9h</"
                             "start><duration>1:00</"
                             "duration>") "\n" TALK("id='2' guid='no'",
                                                    "<start>09:00</start><duration>soon</"
                                                    "duration>") "\n"
                                                                 "<event "
                                                                 "id='3'><start>10:00</start></"
                                                                 "event>\n" TALK("id='4'", "<start>10:00</"
                                                                                           "start><duration>1:00</"
                                                                                           "duration><room>B</"
                                                                                           "room>\n"
                                                                                           "<abstract>a <b>bold</b> "
                                                                                           "word "
                                                                                           "&#1;</abstract><mood/"
                                                                                           "><mood/>\n"
                                                                                           "<persons>\n<person/"
                                                                                           "><person "
                                                                                           "id='7'>Ada</"
                                                                                           "person><person "
                                                                                           "id='7'>Ida</person></"
                                                                                           "persons>\n"
                                                                                           "<links>loose<link "
                                                                                           "href='javascript:alert("
                                                                                           "1)'>x</"
                                                                                           "link><link>y</link></"
                                                                                           "links>") "</"
                                                                                                     "room><"
                                                                                                     "/day><"
                                                                                                     "/sched"
                                                                                                     "ule>";
        ProgrammeNotice fault;
        g_autoptr(Programme) programme = read_text(text, &fault);
        g_assert_nonnull(programme);
        g_assert_true(has_notice(programme, 2, "<color>"));
        g_assert_true(has_notice(programme, 3, "day mood"));
        g_assert_true(has_notice(programme, 4, "“9h”"));
        g_assert_true(has_notice(programme, 4, "has no start"));
        g_assert_true(has_notice(programme, 5, "“no”"));
        g_assert_true(has_notice(programme, 5, "“soon”"));
        g_assert_true(has_notice(programme, 6, "without a title"));
        g_assert_true(has_notice(programme, 7, "“B”"));
        g_assert_true(has_notice(programme, 8, "mark-up inside <abstract>"));
        g_assert_true(has_notice(programme, 8, "control characters in <abstract>"));
        g_assert_true(has_notice(programme, 8, "<mood>"));
        g_assert_true(has_notice(programme, 10, "person without a name"));
        g_assert_true(has_notice(programme, 10, "“Ida”"));
        g_assert_true(has_notice(programme, 11, "loose words"));
        g_assert_true(has_notice(programme, 11, "javascript:alert(1)"));
        g_assert_true(has_notice(programme, 11, "“y” has no address"));
        g_assert_cmpint(programme->talks->len, ==, 2);
        g_assert_cmpstr(programme_talk(programme, 1)->abstract, ==, "a bold word");
        g_assert_cmpint(programme_talk(programme, 1)->link_count, ==, 2);
        g_assert_cmpint(programme_talk(programme, 1)->person_count, ==, 1);
}

static void test_identity(void)
{
        /* RFC 9562, appendix A.4 */
        g_autofree char *guid = guid_derive("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com");
        g_assert_cmpstr(guid, ==, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
        char code[7], again[7], other[7];
        code_derive(guid, 0, code);
        code_derive(guid, 0, again);
        code_derive(guid, 1, other);
        g_assert_true(code_is_valid(code));
        g_assert_cmpstr(code, ==, again);
        g_assert_cmpstr(code, !=, other);
        g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        static const char *const names[][2] = {
                { "Grande scène", "grande-scene" }, { "L’Annexe", "lannexe" }, { "K.fosdem", "k-fosdem" },
                { "K fosdem", "k-fosdem-2" },       { "会议室", "room" },      { "../..", "room-2" }
        };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *slug = slug_derive(names[i][0], "room", taken);
                g_assert_cmpstr(slug, ==, names[i][1]);
        }
}

static char *shared_path(const char *name)
{
        const char *said = g_getenv("TRETEAU_SHARED");
        g_autofree char *folder = g_path_get_dirname(__FILE__);
        return said ? g_build_filename(said, "data", name, NULL)
                    : g_build_filename(folder, "../../../shared/data", name, NULL);
}

static bool load_shared(const char *name, char **ret_text, gsize *ret_size)
{
        g_autofree char *path = shared_path(name);
        if (g_file_get_contents(path, ret_text, ret_size, NULL))
                return true;
        g_test_skip_printf("no %s", path);
        return false;
}

static void test_fosdem(void)
{
        g_autofree char *text = NULL;
        gsize size;
        if (!load_shared("fosdem_2021.xml", &text, &size))
                return;
        ProgrammeNotice fault;
        g_autoptr(Programme) programme =
                schedule_xml_read(text, size, &(ScheduleOptions){ "Europe/Brussels", "fosdem" }, &fault);
        g_assert_nonnull(programme);
        guint persons = 0, links = 0, attachments = 0, mains = 0;
        for (guint i = 0; i < programme->talks->len; i++) {
                const ProgrammeTalk *talk = programme_talk(programme, i);
                persons += talk->person_count;
                mains += !strcmp(talk->kind, "maintrack");
                for (guint n = 0; n < talk->link_count; n++) {
                        LinkKind kind = programme_link(programme, talk->first_link + n)->kind;
                        links += kind == LINK_PLAIN;
                        attachments += kind == LINK_ATTACHMENT;
                }
        }
        g_assert_cmpint(programme->talks->len, ==, 773);
        g_assert_cmpint(programme->rooms->len, ==, 108);
        g_assert_cmpint(programme->tracks->len, ==, 109);
        g_assert_cmpint(programme->persons->len, ==, 684);
        g_assert_cmpint(persons, ==, 818);
        g_assert_cmpint(links, ==, 2976);
        g_assert_cmpint(attachments, ==, 395);
        g_assert_cmpint(mains, ==, 22);
        /* "Welcome to FOSDEM 2021", 6 February, 9 h in Brussels */
        const ProgrammeTalk *first = NULL;
        for (guint i = 0; i < programme->talks->len && !first; i++)
                if (!strcmp(programme_talk(programme, i)->source_id, "11795"))
                        first = programme_talk(programme, i);
        g_assert_nonnull(first);
        g_assert_cmpint(first->start_us, ==, 1612598400 * SECOND_US);
        /* five addresses that are none, and no zone */
        g_assert_cmpint(programme->notices->len, ==, 6);
}

static void check_same_talk(const Programme *p, const ProgrammeTalk *a, const Programme *q, const ProgrammeTalk *b)
{
        g_assert_cmpstr(a->guid, ==, b->guid);
        g_assert_cmpstr(a->code, ==, b->code);
        g_assert_cmpstr(a->source_id, ==, b->source_id);
        g_assert_cmpstr(a->slug, ==, b->slug);
        g_assert_cmpstr(a->title, ==, b->title);
        g_assert_cmpstr(a->subtitle, ==, b->subtitle);
        g_assert_cmpstr(a->kind, ==, b->kind);
        g_assert_cmpstr(a->language, ==, b->language);
        g_assert_cmpstr(a->abstract, ==, b->abstract);
        g_assert_cmpstr(a->description, ==, b->description);
        g_assert_cmpint(a->start_us, ==, b->start_us);
        g_assert_cmpint(a->end_us, ==, b->end_us);
        g_assert_cmpstr(programme_day(p, a->day)->date, ==, programme_day(q, b->day)->date);
        g_assert_cmpstr(programme_room(p, a->room)->name, ==, programme_room(q, b->room)->name);
        g_assert_true((a->track < 0) == (b->track < 0));
        if (a->track >= 0)
                g_assert_cmpstr(programme_track(p, a->track)->name, ==, programme_track(q, b->track)->name);
        g_assert_cmpint(a->person_count, ==, b->person_count);
        for (guint i = 0; i < MIN(a->person_count, b->person_count); i++) {
                g_assert_cmpstr(programme_talk_person(p, a, i)->name, ==, programme_talk_person(q, b, i)->name);
                g_assert_cmpstr(programme_talk_person(p, a, i)->guid, ==, programme_talk_person(q, b, i)->guid);
                g_assert_cmpstr(programme_talk_person(p, a, i)->code, ==, programme_talk_person(q, b, i)->code);
        }
        g_assert_cmpint(a->link_count, ==, b->link_count);
}

/* Links are written kind by kind, so they are compared by what they say and not by their order. */
static void check_same_links(const Programme *p, const Programme *q)
{
        g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        const Programme *both[] = { p, q };
        for (int side = 0; side < 2; side++)
                for (guint i = 0; i < both[side]->links->len; i++) {
                        const ProgrammeLink *link = programme_link(both[side], i);
                        char *key = g_strdup_printf("%d|%s|%s|%s|%s", link->kind, link->url, link->title, link->type,
                                                    link->service);
                        int count = GPOINTER_TO_INT(g_hash_table_lookup(counts, key)) + (side ? -1 : 1);
                        g_hash_table_replace(counts, key, GINT_TO_POINTER(count));
                }
        GHashTableIter iter;
        gpointer key, count;
        g_hash_table_iter_init(&iter, counts);
        while (g_hash_table_iter_next(&iter, &key, &count))
                if (GPOINTER_TO_INT(count))
                        g_test_message("differs: %s", (char *)key), g_test_fail();
}

static void check_valid(const GString *xml)
{
        g_autofree char *schema = shared_path("schedule.xml.xsd");
        g_autofree char *xmllint = g_find_program_in_path("xmllint");
        if (!xmllint || !g_file_test(schema, G_FILE_TEST_EXISTS)) {
                g_test_skip("no xmllint, or no schedule.xml.xsd");
                return;
        }
        g_autofree char *path = NULL;
        g_autoptr(GError) error = NULL;
        int file = g_file_open_tmp("schedule-XXXXXX.xml", &path, &error);
        g_assert_no_error(error);
        g_close(file, NULL);
        g_file_set_contents(path, xml->str, (gssize)xml->len, NULL);
        const char *arguments[] = { xmllint, "--noout", "--nonet", "--schema", schema, path, NULL };
        g_autofree char *said = NULL;
        int status = -1;
        g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said, &status,
                     NULL);
        if (status)
                g_test_message("%.2000s", said);
        g_assert_cmpint(status, ==, 0);
        g_remove(path);
}

static void check_round_trip(const Programme *first)
{
        const char *base_url = "https://treteau.example/essai/";
        GString *xml = schedule_xml_write(first, base_url);
        ProgrammeNotice fault = { 0 };
        g_autoptr(Programme) second =
                schedule_xml_read(xml->str, xml->len, &(ScheduleOptions){ "UTC", "other" }, &fault);
        g_assert_nonnull(second);
        if (second) {
                g_assert_cmpstr(first->title, ==, second->title);
                g_assert_cmpstr(first->zone, ==, second->zone);
                g_assert_cmpint(first->talks->len, ==, second->talks->len);
                for (guint i = 0; i < MIN(first->talks->len, second->talks->len); i++)
                        check_same_talk(first, programme_talk(first, i), second, programme_talk(second, i));
                check_same_links(first, second);
                GString *again = schedule_xml_write(second, base_url);
                g_assert_true(g_string_equal(xml, again));
                g_string_free(again, TRUE);
        }
        check_valid(xml);
        g_string_free(xml, TRUE);
}

static void test_round_trip_fosdem(void)
{
        g_autofree char *text = NULL;
        gsize size;
        if (!load_shared("fosdem_2021.xml", &text, &size))
                return;
        ProgrammeNotice fault;
        g_autoptr(Programme) programme =
                schedule_xml_read(text, size, &(ScheduleOptions){ "Europe/Brussels", "fosdem" }, &fault);
        check_round_trip(programme);
}

static void test_round_trip_odd(void)
{
        ProgrammeNotice fault;
        g_autoptr(Programme) programme = read_text(
                HEAD "<acronym>nec-2021</acronym><day_change>05:00</day_change>"
                     "<track name='Général &amp; &lt;x&gt;' color='#aa00FF'/>" PARIS
                     "<day index='1' date='2021-10-30'><room name='&quot;A&quot; &amp; B' "
                     "guid='aaaaaaaa-2222-4111-8111-111111111111'>" TALK(
                             "id='x' code='ABC123'",
                             "<start>23:50</start><duration>02:00</duration><track>Général &amp; &lt;x&gt;</track>"
                             "<abstract><![CDATA[<p>Deux\n\nlignes & "
                             "plus</p>]]></abstract><logo>https://a.example/l.png</logo>"
                             "<recording><license>CC0</license><optout>true</optout></recording>"
                             "<slug>nec-2021-titre_un</slug><feedback_url>https://a.example/f</feedback_url>"
                             "<attachments><attachment href='a.pdf'>Fiche</attachment></attachments>")
                             TALK("id='7'", "<start>02:30</start><duration>03:00</duration>"
                                            "<persons><person>Zoé</person></persons>") "</room></day></schedule>",
                &fault);
        g_assert_nonnull(programme);
        g_assert_cmpstr(programme_talk(programme, 0)->slug, ==, "titre_un");
        /* the number "x" is none: the writer gives one, which is what comes back */
        programme_talk(programme, 0)->source_id = "8";
        check_round_trip(programme);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/schedule/refused", test_refused);
        g_test_add_func("/schedule/long-declaration", test_long_declaration);
        g_test_add_func("/schedule/too-large", test_too_large);
        g_test_add_func("/schedule/too-deep", test_too_deep);
        g_test_add_func("/schedule/times", test_times);
        g_test_add_func("/schedule/repeated-guid", test_repeated_guid);
        g_test_add_func("/schedule/notices", test_notices);
        g_test_add_func("/schedule/identity", test_identity);
        g_test_add_func("/schedule/fosdem", test_fosdem);
        g_test_add_func("/schedule/round-trip-fosdem", test_round_trip_fosdem);
        g_test_add_func("/schedule/round-trip-odd", test_round_trip_odd);
        return g_test_run();
}
