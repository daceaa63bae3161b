/* A session, and those who speak. */
#include "programme/programme_routes.h"

#include "programme/structured.h"

#include "base/markdown.h"
#include "base/time.h"
#include "base/when.h"
#include "picture/picture.h"

#include <string.h>

#define BESIDE_MAX 5
#define NAMES_PER_PAGE 100
#define DESCRIPTION_CHARACTERS 200
#define LONG_TITLE_CHARACTERS 70

static void link_row_clear(gpointer data)
{
        g_free(((LinkRow *)data)->host);
}

static bool is_web(const char *url)
{
        return g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://") ||
               g_str_has_prefix(url, "mailto:");
}

static char *host_of(const char *url)
{
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_PARSE_RELAXED, NULL);
        return uri ? g_strdup(g_uri_get_host(uri)) : NULL;
}

/* What a link without words of its own is called. */
static const char *link_title(const TalkLink *link, const Lang *lang)
{
        static const char *const titles[][2] = { { "video", N_("Video") },
                                                 { "recording", N_("Recording") },
                                                 { "feedback", N_("Give your opinion") },
                                                 { "origin", N_("This session elsewhere") } };
        if (*link->title)
                return link->title;
        for (size_t i = 0; i < G_N_ELEMENTS(titles); i++)
                if (!strcmp(link->kind, titles[i][0]))
                        return tr(lang, titles[i][1]);
        return link->url;
}

/* The rows borrow from links. Logos are kept for export alone: no page asks a third party for a picture. */
static GArray *link_rows(const GPtrArray *links, bool documents, const Lang *lang)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(LinkRow));
        g_array_set_clear_func(rows, link_row_clear);
        for (guint i = 0; i < links->len; i++) {
                const TalkLink *link = links->pdata[i];
                if (!strcmp(link->kind, "logo") || documents != !strcmp(link->kind, "attachment"))
                        continue;
                LinkRow row = { .title = link_title(link, lang) };
                if (is_web(link->url)) {
                        row.url = link->url;
                        row.host = host_of(link->url);
                } else if (row.title != link->url) {
                        row.host = g_strdup(link->url);
                }
                g_array_append_val(rows, row);
        }
        return rows;
}

static void person_row_clear(gpointer data)
{
        g_free(((PersonRow *)data)->initials);
}

/* First letters of the first and last word. */
static char *initials_of(const char *name)
{
        GString *initials = g_string_new(NULL);
        const char *last = strrchr(name, ' ');
        g_string_append_unichar(initials, g_unichar_toupper(g_utf8_get_char(name)));
        if (last && last[1])
                g_string_append_unichar(initials, g_unichar_toupper(g_utf8_get_char(last + 1)));
        return g_string_free(initials, FALSE);
}

static GArray *person_rows(const GPtrArray *persons)
{
        GArray *rows = g_array_new(FALSE, TRUE, sizeof(PersonRow));
        g_array_set_clear_func(rows, person_row_clear);
        for (guint i = 0; i < persons->len; i++) {
                const Person *person = persons->pdata[i];
                PersonRow row = { person, initials_of(person->name) };
                g_array_append_val(rows, row);
        }
        return rows;
}

/* "The session began 12 minutes ago." (transfer full) */
static char *state_text(const Event *event, const Talk *talk, TalkState state, int64_t now, const Lang *lang)
{
        g_autofree char *at = when_day_time(lang, event->zone, talk->start_us);
        g_autofree char *since = when_duration(lang, now - talk->start_us);
        switch (state) {
        case TALK_LIVE:
                return now - talk->start_us < MINUTE_US ? g_strdup(tr(lang, "The session begins now."))
                                                        : g_strdup_printf(tr(lang, "The session began %s ago."), since);
        case TALK_TO_COME:
                return g_strdup_printf(tr(lang, "It begins on %s."), at);
        default:
                return g_strdup(tr(lang, "This session is over."));
        }
}

static void show_one_talk(Request *req, Db *db, const Event *event, const Talk *talk)
{
        const Lang *lang = request_lang(req);
        int64_t now = now_us();
        TalkState state = talk_state(talk, now);
        g_autofree char *day = when_capital(when_day(lang, event->zone, talk->start_us));
        g_autofree char *times = talk->end_us > talk->start_us
                                         ? when_times(lang, event->zone, talk->start_us, talk->end_us)
                                         : when_time(lang, event->zone, talk->start_us);
        g_autofree char *iso = when_iso(event->zone, talk->start_us);
        g_autofree char *day_url = g_strdup_printf("/%s/schedule/?day=%s", event->slug, talk->day);
        g_autofree char *state_words = state_text(event, talk, state, now, lang);
        g_autofree char *summary =
                prose_text(*talk->abstract ? talk->abstract : talk->description, DESCRIPTION_CHARACTERS);
        g_autoptr(GPtrArray) persons = talk_persons(db, talk->id), links = talk_links(db, talk->id);
        g_autoptr(GArray) person_list = person_rows(persons);
        g_autoptr(GArray) beside = talk_rows(event, talk_list_beside(db, talk, BESIDE_MAX), lang, false);
        g_autoptr(GArray) documents = link_rows(links, true, lang), others = link_rows(links, false, lang);
        const Lang *spoken = *talk->language ? lang_find(talk->language) : NULL;
        bool is_tag = strlen(talk->language) == 2 && g_ascii_islower(talk->language[0]);
        static const char *const styles[] = { "programme/talk.css", NULL };
        static const char *const scripts[] = { "programme/here.js", NULL };
        g_autoptr(Picture) logo = picture_find(db, event->id, event->logo);
        g_autofree char *head = talk_head_markup(req, event, talk, persons, summary, logo ? logo->url : NULL);
        Html *h = conference_page(req, event, EVENT_PROGRAMME,
                                  &(Page){ .title = talk->title,
                                           .description = *summary ? summary : NULL,
                                           .styles = styles,
                                           .scripts = scripts,
                                           .head_links = head });
        talk_view(h, &(TalkPage){ .event = event,
                                  .talk = talk,
                                  .kind = talk_kind_text(talk, lang),
                                  .day = day,
                                  .day_url = day_url,
                                  .times = times,
                                  .iso = iso,
                                  .state_text = state_words,
                                  .language = spoken ? lang_name(spoken) : talk->language,
                                  .licence = *talk->licence ? talk->licence : event->licence,
                                  .lang = is_tag && spoken != lang ? talk->language : NULL,
                                  .long_title = g_utf8_strlen(talk->title, -1) > LONG_TITLE_CHARACTERS,
                                  .state = state,
                                  .persons = person_list,
                                  .beside = beside,
                                  .slides = request_may(req, RIGHT_SPEAKER)      ? TALK_SLIDES_OWN
                                            : programme_has_slides(db, talk->id) ? TALK_SLIDES_SHARED
                                                                                 : TALK_SLIDES_NONE,
                                  .documents = documents,
                                  .links = others });
        page_end(req, h, 200);
}

void show_talk(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Talk) talk = talk_find(db, event->id, request_param(req, "code"));
        if (talk)
                show_one_talk(req, db, event, talk);
        else
                respond_not_found(req);
}

void show_speakers(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        const char *words = request_query(req, "q");
        int64_t page = page_of_request(req), total = 0;
        g_autoptr(GPtrArray) persons =
                person_list(db, event->id, words, NAMES_PER_PAGE, (page - 1) * NAMES_PER_PAGE, &total);
        g_autofree char *escaped = g_uri_escape_string(words, NULL, FALSE);
        g_autofree char *query = *words ? g_strdup_printf("q=%s&", escaped) : g_strdup("");
        PagerTabs tabs;
        pager_fill(&tabs, query, total, NAMES_PER_PAGE, page, lang);
        static const char *const styles[] = { "programme/day.css", NULL };
        Html *h =
                conference_page(req, event, EVENT_SPEAKERS, &(Page){ .title = tr(lang, "Speakers"), .styles = styles });
        speakers_view(h, &(SpeakersPage){ .event_slug = event->slug,
                                          .words = words,
                                          .persons = persons,
                                          .total = total,
                                          .pager = &tabs.pager });
        page_end(req, h, 200);
        pager_clear(&tabs);
}

void show_speaker(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(Person) person = person_find(db, event->id, request_param(req, "code"));
        if (!person) {
                respond_not_found(req);
                return;
        }
        g_autoptr(GArray) rows = talk_rows(event, talk_list_of_person(db, person->id), lang, true);
        static const char *const styles[] = { "programme/talk.css", NULL };
        static const char *const scripts[] = { "programme/here.js", NULL };
        Html *h = conference_page(req, event, EVENT_SPEAKERS,
                                  &(Page){ .title = person->name, .styles = styles, .scripts = scripts });
        speaker_view(h, &(SpeakerPage){ .event_slug = event->slug, .person = person, .rows = rows });
        page_end(req, h, 200);
}
