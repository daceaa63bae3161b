/* From the personal link to what is on. */
#include "registration/registration_views.h"

#include "base/time.h"
#include "base/when.h"
#include "registration/mine.h"
#include "registration/registration_routes.h"

/* What is on in each room; *ret_next is what comes first after that, NULL when nothing will. */
static GPtrArray *talks_now(Db *db, int64_t event, Talk **ret_next)
{
        int64_t at_us = now_us();
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event);
        GPtrArray *live = g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        for (guint i = 0; i < rooms->len; i++) {
                int64_t room = ((const EventRoom *)rooms->pdata[i])->id;
                Talk *talk = talk_in_room(db, room, at_us);
                if (talk)
                        g_ptr_array_add(live, talk);
                Talk *next = talk_next_in_room(db, room, at_us);
                bool is_first = next && (!*ret_next || next->start_us < (*ret_next)->start_us);
                talk_free(is_first ? *ret_next : next);
                if (is_first)
                        *ret_next = next;
        }
        return live;
}

void me_now_clear(MeNow *now)
{
        talk_free(now->talk);
        g_free(now->when);
        g_free(now->url);
}

static char *room_url(const Event *event, const GPtrArray *live)
{
        if (live->len != 1)
                return g_strdup_printf("/%s/live/", event->slug);
        return g_strdup_printf("/%s/live/%s/", event->slug, ((const Talk *)live->pdata[0])->room_slug);
}

void me_now_read(MeNow *now, Db *db, const Event *event, const Lang *lang)
{
        g_autoptr(Talk) next = NULL;
        g_autoptr(GPtrArray) live = talks_now(db, event->id, &next);
        now->is_live = live->len > 0;
        now->url = room_url(event, live);
        now->talk = now->is_live ? g_ptr_array_steal_index(live, 0) : g_steal_pointer(&next);
        if (now->is_live)
                now->when = when_times(lang, event->zone, now->talk->start_us, now->talk->end_us);
        else if (now->talk)
                now->when = when_day_time(lang, event->zone, now->talk->start_us);
}

/* Two clicks from the mail to the room: its link, its button. */
void go_in(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        const Event *event = mine.event;
        g_autoptr(Talk) next = NULL;
        g_autoptr(GPtrArray) live = talks_now(db, event->id, &next);
        g_autofree char *url = live->len ? room_url(event, live) : g_strdup_printf("/%s/me/", event->slug);
        respond_redirect(req, "%s", url);
}
