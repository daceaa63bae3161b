/* What a replay's page says of itself to programs: a VideoObject of schema.org, and OpenGraph's video. */
#include "replay/replay_views.h"

#include "base/markdown.h"
#include "base/markup.h"
#include "base/time.h"
#include "base/when.h"
#include "replay/replay_rules.h"
#include "web/head.h"

#define DESCRIPTION_CHARACTERS 200

static void put_address(json_t *object, const char *name, const char *origin, const char *path)
{
        g_autofree char *url = path ? g_strconcat(origin, path, NULL) : NULL;
        head_put(object, name, url);
}

static json_t *actors(const ReplayPage *v, const char *origin)
{
        json_t *list = json_array();
        for (guint i = 0; i < v->persons->len; i++) {
                const Person *person = v->persons->pdata[i];
                g_autofree char *url = g_strdup_printf("%s/%s/speaker/%s/", origin, v->event->slug, person->code);
                json_array_append_new(
                        list, json_pack("{s:s, s:s, s:s}", "@type", "Person", "name", person->name, "url", url));
        }
        return list;
}

/* While it is recorded it is a broadcast that began then. */
static json_t *broadcast(const ReplayPage *v, const Replay *replay)
{
        json_t *object = json_pack("{s:s, s:b}", "@type", "BroadcastEvent", "isLiveBroadcast", 1);
        head_put_time(object, "startDate", v->event->zone, replay->started_us);
        head_put_time(object, "endDate", v->event->zone, v->talk->end_us);
        return object;
}

static json_t *video_of(const ReplayPage *v, const Replay *replay, const char *origin, const char *url,
                        const char *description)
{
        const Event *event = v->event;
        const Talk *talk = v->talk;
        json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:b}", "@context", "https://schema.org", "@type", "VideoObject",
                                 "name", talk->title, "url", url, "isAccessibleForFree", 1);
        head_put(data, "description", description);
        head_put_time(data, "uploadDate", event->zone, replay->started_us + replay->length_us);
        put_address(data, "thumbnailUrl", origin, v->poster_url);
        if (!v->live) {
                g_autofree char *embed = g_strconcat(url, "embed/", NULL);
                head_put(data, "embedUrl", embed);
        }
        put_address(data, "contentUrl", origin, v->movie_url ? v->movie_url : v->list_url);
        head_put(data, "encodingFormat", v->movie_url ? "video/mp4" : "application/vnd.apple.mpegurl");
        head_put(data, "inLanguage", *talk->language ? talk->language : event->lang);
        head_put(data, "license", v->licence);
        if (v->live) {
                json_object_set_new(data, "publication", broadcast(v, replay));
        } else {
                g_autofree char *length = iso_duration(replay->length_us);
                head_put(data, "duration", length);
        }
        json_object_set_new(data, "actor", actors(v, origin));
        g_autofree char *session = g_strdup_printf("%s/%s/talk/%s/", origin, event->slug, talk->code);
        json_t *recorded = json_pack("{s:s, s:s, s:s}", "@type", "Event", "name", talk->title, "url", session);
        head_put_time(recorded, "startDate", event->zone, talk->start_us);
        head_put_time(recorded, "endDate", event->zone, talk->end_us);
        json_object_set_new(data, "recordedAt", recorded);
        return data;
}

char *replay_head_markup(const Request *req, const ReplayPage *v, const Replay *replay)
{
        const Talk *talk = v->talk;
        const char *origin = request_origin(req);
        g_autofree char *url = g_strdup_printf("%s/%s/talk/%s/replay/", origin, v->event->slug, talk->code);
        g_autofree char *words =
                prose_text(*talk->abstract ? talk->abstract : talk->description, DESCRIPTION_CHARACTERS);
        const char *description = *words ? words : talk->title;
        g_autofree char *poster = v->poster_url ? g_strconcat(origin, v->poster_url, NULL) : NULL;
        g_autofree char *head = head_markup(&(Head){ .type = "video.other",
                                                     .title = talk->title,
                                                     .description = description,
                                                     .site = v->event->title,
                                                     .url = url,
                                                     .image = poster,
                                                     .data = video_of(v, replay, origin, url, description) });
        /* oembed.com, 4 "Discovery" */
        g_autofree char *page = g_uri_escape_string(url, NULL, FALSE);
        GString *all = g_string_new(head);
        g_string_append(all, "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"");
        markup_append(all, origin, MARKUP_ATTRIBUTE);
        g_string_append_printf(all, "/media/oembed?url=%s\" title=\"", page);
        markup_append(all, talk->title, MARKUP_ATTRIBUTE);
        g_string_append(all, "\">\n");
        return g_string_free(all, FALSE);
}
