#include "programme/session.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/schedule_time.h"

#include <string.h>

bool hour_on_day(const Event *event, const char *day, const char *time, int64_t *ret_start_us)
{
        if (strlen(time) != 5 || time[2] != ':' || !g_ascii_isdigit(time[0]) || !g_ascii_isdigit(time[1]) ||
            !g_ascii_isdigit(time[3]) || !g_ascii_isdigit(time[4]))
                return false;
        int minutes = ((time[0] - '0') * 10 + time[1] - '0') * 60 + (time[3] - '0') * 10 + time[4] - '0';
        char date[11];
        if (strlen(day) != 10)
                return false;
        if (minutes < event->day_change_minutes)
                date_add(day, 1, date);
        else
                g_strlcpy(date, day, sizeof date);
        g_autofree char *text = g_strdup_printf("%sT%s", date, time);
        return when_parse(event->zone, text, ret_start_us);
}

bool session_day_outside(const Event *event, const char *day)
{
        return strcmp(day, event->first_day) < 0 || strcmp(day, event->last_day) > 0;
}

bool session_codes_each(const char *codes, PersonCodeFunc found, gpointer data)
{
        g_auto(GStrv) words = g_strsplit(codes, " ", SESSION_PERSONS_MAX + 2);
        for (guint i = 0; words[i]; i++) {
                size_t length = strlen(words[i]);
                if (!length)
                        continue;
                if (i > SESSION_PERSONS_MAX || length > 40)
                        return false;
                bool moderator = words[i][length - 1] == '!';
                if (moderator)
                        words[i][length - 1] = '\0';
                if (!found(words[i], moderator, data))
                        return false;
        }
        return true;
}

void talk_link_free(gpointer data)
{
        TalkLink *link = data;
        if (!link)
                return;
        g_free(link->kind);
        g_free(link->url);
        g_free(link->title);
        g_free(link->type);
        g_free(link);
}

static bool is_web_address(const char *url)
{
        if (!g_str_has_prefix(url, "https://") && !g_str_has_prefix(url, "http://"))
                return false;
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
        return uri && g_uri_get_host(uri) && *g_uri_get_host(uri);
}

bool session_links_read(const char *text, GPtrArray **ret_links, int *ret_line)
{
        g_autoptr(GPtrArray) links = g_ptr_array_new_with_free_func(talk_link_free);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        for (int i = 0; lines[i]; i++) {
                char *line = g_strstrip(lines[i]);
                if (!*line)
                        continue;
                g_auto(GStrv) parts = g_strsplit(line, " ", 2);
                if (links->len >= SESSION_LINKS_MAX || !is_web_address(parts[0])) {
                        *ret_line = i + 1;
                        return false;
                }
                TalkLink *link = g_new0(TalkLink, 1);
                link->kind = g_strdup("link");
                link->url = g_strdup(parts[0]);
                link->title = g_strdup(parts[1] ? g_strstrip(parts[1]) : "");
                link->type = g_strdup("");
                g_ptr_array_add(links, link);
        }
        *ret_links = g_steal_pointer(&links);
        return true;
}

char *session_links_text(const GPtrArray *links)
{
        GString *text = g_string_new(NULL);
        for (guint i = 0; i < links->len; i++) {
                const TalkLink *link = links->pdata[i];
                g_string_append_printf(text, "%s%s%s%s", i ? "\n" : "", link->url, *link->title ? " " : "",
                                       link->title);
        }
        return g_string_free(text, FALSE);
}

static bool share_person(const Placements *all, const Placement *a, const Placement *b, int64_t *ret_person)
{
        for (guint i = 0; i < a->person_count; i++)
                for (guint j = 0; j < b->person_count; j++) {
                        int64_t person = g_array_index(all->persons, int64_t, a->first_person + i);
                        if (person == g_array_index(all->persons, int64_t, b->first_person + j)) {
                                *ret_person = person;
                                return true;
                        }
                }
        return false;
}

static void add_clash(GArray *clashes, ClashKind kind, guint one, guint other, int64_t person)
{
        Clash clash = { kind, one, other, person };
        g_array_append_val(clashes, clash);
}

/* places are in order of start: whoever begins after the end of one clashes with it no more. */
GArray *clashes_of(const Placements *placements)
{
        GArray *clashes = g_array_new(FALSE, TRUE, sizeof(Clash));
        const GArray *places = placements->places;
        for (guint i = 0; i < places->len; i++) {
                const Placement *one = &g_array_index(places, Placement, i);
                if (one->off)
                        continue;
                if (one->outside)
                        add_clash(clashes, CLASH_OUTSIDE, i, i, 0);
                for (guint j = i + 1; j < places->len; j++) {
                        const Placement *other = &g_array_index(places, Placement, j);
                        int64_t person;
                        if (other->start_us >= one->end_us)
                                break;
                        if (other->off || other->end_us <= one->start_us)
                                continue;
                        if (one->room == other->room)
                                add_clash(clashes, CLASH_ROOM, i, j, 0);
                        if (share_person(placements, one, other, &person))
                                add_clash(clashes, CLASH_PERSON, i, j, person);
                }
        }
        return clashes;
}

static void placement_clear(gpointer data)
{
        Placement *place = data;
        g_free(place->title);
        g_free(place->code);
        g_free(place->room_name);
}

Placements *placements_new(void)
{
        Placements *placements = g_new0(Placements, 1);
        placements->places = g_array_new(FALSE, TRUE, sizeof(Placement));
        g_array_set_clear_func(placements->places, placement_clear);
        placements->persons = g_array_new(FALSE, TRUE, sizeof(int64_t));
        return placements;
}

void placements_free(Placements *placements)
{
        if (!placements)
                return;
        g_array_unref(placements->places);
        g_array_unref(placements->persons);
        g_free(placements);
}

TalkDraft *talk_draft_new(int64_t event)
{
        TalkDraft *session = g_new0(TalkDraft, 1);
        session->event = event;
        session->persons = g_array_new(FALSE, TRUE, sizeof(SessionPerson));
        session->links = g_ptr_array_new_with_free_func(talk_link_free);
        return session;
}

void talk_draft_free(TalkDraft *session)
{
        if (!session)
                return;
        char *texts[] = { session->code, session->title,    session->subtitle,    session->kind,   session->language,
                          session->day,  session->abstract, session->description, session->licence };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                g_free(texts[i]);
        g_array_unref(session->persons);
        g_ptr_array_unref(session->links);
        g_free(session);
}
