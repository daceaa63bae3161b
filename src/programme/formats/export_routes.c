/* The programme for programs: whole, of one session, of one person; and addresses that clients of pretalx ask for. */
#include "programme/formats/schedule_csv.h"
#include "programme/formats/schedule_format.h"
#include "programme/formats/schedule_ical.h"
#include "programme/import.h"
#include "programme/programme_routes.h"

#include <string.h>

static char *base_url_of(const Request *req, const Event *event)
{
        return g_strdup_printf("%s/%s/", request_origin(req), event->slug);
}

static void send_export(Request *req, Db *db, Format format)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Programme) programme = programme_load(db, event);
        g_autofree char *base_url = base_url_of(req, event);
        g_autoptr(GBytes) body = g_string_free_to_bytes(format_write(programme, format, base_url, event->lang));
        respond_bytes(req, 200, format_facts[format].type, body);
}

static void send_xml(Request *req, Db *db)
{
        send_export(req, db, FORMAT_XML);
}

static void send_json(Request *req, Db *db)
{
        send_export(req, db, FORMAT_JSON);
}

static void send_ical(Request *req, Db *db)
{
        send_export(req, db, FORMAT_ICAL);
}

static void send_csv(Request *req, Db *db)
{
        respond_header(req, "Content-Disposition", "attachment; filename=\"schedule.csv\"");
        send_export(req, db, FORMAT_CSV);
}

/* With addresses: for those who make the programme. */
static void send_people(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Programme) programme = programme_load(db, event);
        g_autoptr(GBytes) body = g_string_free_to_bytes(people_csv_write(programme, event->lang));
        respond_header(req, "Content-Disposition", "attachment; filename=\"people.csv\"");
        respond_bytes(req, 200, format_facts[FORMAT_CSV].type, body);
}

static void send_calendar_of(Request *req, Db *db, const Event *event, const GPtrArray *talks)
{
        g_autoptr(Programme) programme = programme_load_talks(db, event, talks);
        g_autofree char *base_url = base_url_of(req, event);
        g_autoptr(GBytes) body = g_string_free_to_bytes(schedule_ical_write(programme, base_url));
        respond_bytes(req, 200, format_facts[FORMAT_ICAL].type, body);
}

/* /talk/ABC123.ics */
static void send_talk_calendar(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        const char *file = request_param(req, "file");
        g_autofree char *code = g_str_has_suffix(file, ".ics") ? g_strndup(file, strlen(file) - 4) : g_strdup("");
        g_autoptr(Talk) talk = talk_find(db, event->id, code);
        if (!talk) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) one = g_ptr_array_new();
        g_ptr_array_add(one, talk);
        send_calendar_of(req, db, event, one);
}

static void send_speaker_calendar(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Person) person = person_find(db, event->id, request_param(req, "code"));
        if (!person) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GPtrArray) talks = talk_list_of_person(db, person->id);
        send_calendar_of(req, db, event, talks);
}

/* Versions are not kept: whoever asks for one gets the programme as it is. */
static void send_to_schedule(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (event)
                respond_redirect(req, "/%s/schedule/", event->slug);
}

const Route programme_export_routes[] = {
        { GET, "/:event/schedule/export/schedule.xml", send_xml, RIGHT_PUBLIC, 0, "The programme for programs" },
        { GET, "/:event/schedule/export/schedule.json", send_json, RIGHT_PUBLIC, 0,
          "The programme for programs, as JSON" },
        { GET, "/:event/schedule/export/schedule.ics", send_ical, RIGHT_PUBLIC, 0, "The programme for calendars" },
        { GET, "/:event/schedule/export/schedule.csv", send_csv, RIGHT_PUBLIC, 0, "The programme for spreadsheets" },
        { GET, "/:event/organise/export/people.csv", send_people, RIGHT_PROGRAMME, 0,
          "Those who speak, for spreadsheets" },
        { GET, "/:event/talk/:file", send_talk_calendar, RIGHT_PUBLIC, 0, "A session for calendars" },
        { GET, "/:event/speaker/:code/talks.ics", send_speaker_calendar, RIGHT_PUBLIC, 0,
          "The sessions of a person for calendars" },
        { GET, "/:event/schedule/v/:version/", send_to_schedule, RIGHT_PUBLIC, 0, "An older address of the programme" },
        { 0 },
};
