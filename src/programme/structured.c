#include "programme/structured.h"

#include "base/when.h"
#include "web/head.h"

#define SUB_EVENTS_MAX 20

static char *address(const Request *req, const Event *event, const char *rest)
{
        return g_strdup_printf("%s/%s/%s", request_origin(req), event->slug, rest);
}

/* On site too where the event has a place; always online. */
static void put_places(json_t *object, const Event *event, const char *room, const char *url)
{
        json_t *online = json_pack("{s:s, s:s}", "@type", "VirtualLocation", "url", url);
        bool mixed = *event->place != 0;
        json_t *places = json_array();
        json_array_append_new(places, online);
        if (mixed)
                json_array_append_new(places, json_pack("{s:s, s:s, s:s}", "@type", "Place", "name",
                                                        room ? room : event->place, "address", event->place));
        json_object_set_new(object, "location", places);
        head_put(object, "eventAttendanceMode",
                 mixed ? "https://schema.org/MixedEventAttendanceMode"
                       : "https://schema.org/OnlineEventAttendanceMode");
}

static json_t *talk_brief(const Request *req, const Event *event, const Talk *talk)
{
        g_autofree char *path = g_strdup_printf("talk/%s/", talk->code);
        g_autofree char *url = address(req, event, path);
        json_t *object = json_pack("{s:s, s:s, s:s}", "@type", "Event", "name", talk->title, "url", url);
        head_put_time(object, "startDate", event->zone, talk->start_us);
        head_put_time(object, "endDate", event->zone, talk->end_us);
        put_places(object, event, talk->room_name, url);
        head_put(object, "eventStatus",
                 talk->cancelled ? "https://schema.org/EventCancelled" : "https://schema.org/EventScheduled");
        return object;
}

static json_t *event_brief(const Event *event, const char *url)
{
        json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "@type", "Event", "name", event->title, "url", url,
                                   "startDate", event->first_day, "endDate", event->last_day);
        put_places(object, event, NULL, url);
        return object;
}

static char *image_address(const Request *req, const char *image)
{
        return image ? g_strconcat(request_origin(req), image, NULL) : NULL;
}

char *event_head_markup(Request *req, const Event *event, const GPtrArray *talks, const char *image)
{
        g_autofree char *url = address(req, event, ""), *picture = image_address(req, image);
        json_t *data = event_brief(event, url);
        json_object_set_new(data, "@context", json_string("https://schema.org"));
        json_object_set_new(data, "isAccessibleForFree", json_true());
        head_put(data, "description", event->lead);
        head_put(data, "inLanguage", event->lang);
        head_put(data, "image", picture);
        if (*event->organiser)
                json_object_set_new(data, "organizer",
                                    json_pack("{s:s, s:s}", "@type", "Organization", "name", event->organiser));
        json_t *parts = json_array();
        for (guint i = 0; i < talks->len && i < SUB_EVENTS_MAX; i++)
                json_array_append_new(parts, talk_brief(req, event, talks->pdata[i]));
        json_object_set_new(data, "subEvent", parts);
        g_autofree char *feed = address(req, event, "news/feed.atom");
        return head_markup(&(Head){ .type = "website",
                                    .feed = feed,
                                    .feed_title = event->title,
                                    .title = event->title,
                                    .description = event->lead,
                                    .url = url,
                                    .image = picture,
                                    .data = data });
}

static json_t *performers(const Request *req, const Event *event, const GPtrArray *persons)
{
        json_t *list = json_array();
        for (guint i = 0; i < persons->len; i++) {
                const Person *person = persons->pdata[i];
                g_autofree char *path = g_strdup_printf("speaker/%s/", person->code);
                g_autofree char *url = address(req, event, path);
                json_array_append_new(
                        list, json_pack("{s:s, s:s, s:s}", "@type", "Person", "name", person->name, "url", url));
        }
        return list;
}

char *talk_head_markup(Request *req, const Event *event, const Talk *talk, const GPtrArray *persons,
                       const char *description, const char *image)
{
        g_autofree char *path = g_strdup_printf("talk/%s/", talk->code);
        g_autofree char *url = address(req, event, path), *home = address(req, event, "");
        g_autofree char *picture = image_address(req, image);
        json_t *data = talk_brief(req, event, talk);
        json_object_set_new(data, "@context", json_string("https://schema.org"));
        json_object_set_new(data, "isAccessibleForFree", json_true());
        json_object_set_new(data, "performer", performers(req, event, persons));
        json_object_set_new(data, "superEvent", event_brief(event, home));
        head_put(data, "description", description);
        head_put(data, "inLanguage", *talk->language ? talk->language : event->lang);
        head_put(data, "image", picture);
        if (talk->has_replay) {
                g_autofree char *replay = g_strconcat(url, "replay/", NULL);
                json_t *video =
                        json_pack("{s:s, s:s, s:s}", "@type", "VideoObject", "name", talk->title, "url", replay);
                head_put(video, "description", description && *description ? description : talk->title);
                head_put_time(video, "uploadDate", event->zone, talk->end_us);
                json_object_set_new(data, "recordedIn", video);
        }
        return head_markup(&(Head){ .type = "article",
                                    .title = talk->title,
                                    .description = description,
                                    .site = event->title,
                                    .url = url,
                                    .image = picture,
                                    .data = data });
}
