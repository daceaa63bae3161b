/* From the structs of the features to the objects that openapi.json describes. Addresses of people stay out. */
#include "api/api_private.h"

#include "base/time.h"
#include "base/url.h"
#include "base/when.h"

/* The store holds valid UTF-8; what it did not would be an empty text rather than a name without a value. */
static void put(json_t *object, const char *name, const char *text)
{
        json_t *value = json_string(text ? text : "");
        json_object_set_new(object, name, value ? value : json_string(""));
}

static void put_or_null(json_t *object, const char *name, const char *text)
{
        if (text && *text)
                put(object, name, text);
        else
                json_object_set_new(object, name, json_null());
}

static void put_url(json_t *object, const char *name, const ApiPlace *place, const char *kind, const char *code,
                    const char *rest)
{
        g_autofree char *url = g_strdup_printf("%s/%s/%s/%s/%s", place->origin, place->event->slug, kind, code, rest);
        put(object, name, url);
}

static void put_times(json_t *object, const Event *event, int64_t start_us, int64_t end_us)
{
        g_autofree char *start = when_iso(event->zone, start_us), *end = when_iso(event->zone, end_us);
        put(object, "start", start);
        put(object, "end", end);
        put(object, "time_zone", event->zone_name);
}

static json_t *named(const char *slug, const char *name)
{
        json_t *object = json_object();
        put(object, "slug", slug);
        put(object, "name", name);
        return object;
}

json_t *api_event(const char *origin, const Event *event)
{
        json_t *object = named(event->slug, event->title);
        json_object_del(object, "name");
        put(object, "title", event->title);
        put(object, "subtitle", event->subtitle);
        put(object, "lead", event->lead);
        put(object, "description", event->description);
        put(object, "place", event->place);
        put(object, "organiser", event->organiser);
        put(object, "language", event->lang);
        put(object, "time_zone", event->zone_name);
        put(object, "first_day", event->first_day);
        put(object, "last_day", event->last_day);
        put(object, "licence", event->licence);
        g_autofree char *url = g_strdup_printf("%s/%s/", origin, event->slug);
        put(object, "url", url);
        return object;
}

json_t *api_session(const ApiPlace *place, Db *db, const Talk *talk)
{
        json_t *object = json_object();
        put(object, "code", talk->code);
        put(object, "guid", talk->guid);
        put(object, "title", talk->title);
        put(object, "subtitle", talk->subtitle);
        put(object, "kind", talk->kind);
        put(object, "language", talk->language);
        put(object, "day", talk->day);
        put_times(object, place->event, talk->start_us, talk->end_us);
        json_object_set_new(object, "room", named(talk->room_slug, talk->room_name));
        json_object_set_new(object, "track",
                            *talk->track_slug ? named(talk->track_slug, talk->track_name) : json_null());
        put(object, "speaker_names", talk->persons);
        json_object_set_new(object, "cancelled", json_boolean(talk->cancelled));
        json_object_set_new(object, "recorded", json_boolean(!talk->no_recording));
        put_url(object, "url", place, "talk", talk->code, "");
        if (talk->has_replay)
                put_url(object, "replay_url", place, "talk", talk->code, "replay/");
        else
                json_object_set_new(object, "replay_url", json_null());
        return object;
}

static json_t *links_of(Db *db, int64_t talk)
{
        json_t *array = json_array();
        g_autoptr(GPtrArray) links = talk_links(db, talk);
        for (guint i = 0; i < links->len; i++) {
                const TalkLink *link = links->pdata[i];
                if (!url_is_safe(link->url))
                        continue;
                json_t *object = json_object();
                put(object, "kind", link->kind);
                put(object, "url", link->url);
                put(object, "title", link->title);
                json_array_append_new(array, object);
        }
        return array;
}

json_t *api_session_whole(const ApiPlace *place, Db *db, const Talk *talk)
{
        json_t *object = api_session(place, db, talk), *speakers = json_array();
        put(object, "abstract", talk->abstract);
        put(object, "description", talk->description);
        put(object, "licence", *talk->licence ? talk->licence : place->event->licence);
        json_object_set_new(object, "places", talk->places > 0 ? json_integer(talk->places) : json_null());
        g_autoptr(GPtrArray) persons = talk_persons(db, talk->id);
        for (guint i = 0; i < persons->len; i++)
                json_array_append_new(speakers, api_speaker(place, persons->pdata[i]));
        json_object_set_new(object, "speakers", speakers);
        json_object_set_new(object, "links", links_of(db, talk->id));
        return object;
}

json_t *api_speaker(const ApiPlace *place, const Person *person)
{
        json_t *object = json_object();
        put(object, "code", person->code);
        put(object, "name", person->name);
        put_url(object, "url", place, "speaker", person->code, "");
        return object;
}

json_t *api_speaker_whole(const ApiPlace *place, Db *db, const Person *person)
{
        json_t *object = api_speaker(place, person), *sessions = json_array();
        put(object, "biography", person->biography);
        g_autofree char *photo = *person->photo_url ? g_strconcat(place->origin, person->photo_url, NULL) : NULL;
        put_or_null(object, "photo_url", photo);
        g_autoptr(GPtrArray) talks = talk_list_of_person(db, person->id);
        for (guint i = 0; i < talks->len; i++)
                json_array_append_new(sessions, api_session(place, db, talks->pdata[i]));
        json_object_set_new(object, "sessions", sessions);
        return object;
}

json_t *api_room(const ApiPlace *place, const EventRoom *room)
{
        json_t *object = named(room->slug, room->name);
        put(object, "kind", room->kind);
        put(object, "note", room->note);
        json_object_set_new(object, "capacity", room->capacity > 0 ? json_integer(room->capacity) : json_null());
        put_url(object, "url", place, "live", room->slug, "");
        return object;
}

json_t *api_replay(const ApiPlace *place, const ReplayRow *row)
{
        json_t *object = json_object();
        put(object, "session", row->code);
        put(object, "title", row->title);
        put(object, "room_name", row->room_name);
        g_autofree char *start = when_iso(place->event->zone, row->start_us);
        put(object, "start", start);
        put(object, "time_zone", place->event->zone_name);
        json_object_set_new(object, "seconds", json_integer(row->length_us / SECOND_US));
        put_url(object, "url", place, "talk", row->code, "replay/");
        return object;
}
