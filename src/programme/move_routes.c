/* A session goes to another room or hour: by its own small form, which the grid's script sends too. */
#include "programme/session_routes.h"

#include "base/when.h"

#include <string.h>

static void show_move_with(Request *req, Db *db, const Event *event, const Talk *talk, const SessionForm *form,
                           int status)
{
        (void)db;
        const Lang *lang = request_lang(req);
        g_autofree char *now = place_of_talk(event, talk, lang);
        g_autofree char *title = g_strdup_printf(tr(lang, "Move “%s”"), talk->title);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = title, .styles = session_styles, .no_index = true });
        move_view(h, &(MovePage){
                             .event = event, .talk = talk, .form = form->form, .now = now, .version = talk->version });
        page_end(req, h, status);
}

void show_move(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_of_request(req, db, event) : NULL;
        if (!talk)
                return;
        g_autoptr(TalkDraft) session = session_find(db, event->id, talk->code);
        g_autoptr(SessionForm) form = session_form_new(req, db, event);
        session_form_fill(form, db, event, session);
        show_move_with(req, db, event, talk, form, 200);
}

static bool check_move(SessionForm *form, Db *db, const Event *event, int64_t *ret_room, int64_t *ret_start_us)
{
        const Lang *lang = form_lang(form->form);
        const char *room = form_value(form->form, "room"), *day = form_value(form->form, "day");
        int64_t midnight_us;
        bool sane = strlen(day) == 10 && when_parse(event->zone, day, &midnight_us);
        *ret_room = place_named(db, event->id, true, room);
        if (!*ret_room)
                form_fail(form->form, "room", tr(lang, "The event has no such room."));
        if (!sane)
                form_fail(form->form, "day", tr(lang, "This is no day."));
        else if (!hour_on_day(event, day, form_value(form->form, "start"), ret_start_us))
                form_fail(form->form, "start", tr(lang, "This is no hour; an example is 09:30."));
        return form_is_ok(form->form);
}

void save_move(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_of_request(req, db, event) : NULL;
        if (!talk)
                return;
        g_autoptr(SessionForm) form = session_form_new(req, db, event);
        int64_t room = 0, start_us = 0;
        if (!check_move(form, db, event, &room, &start_us)) {
                show_move_with(req, db, event, talk, form, 422);
                return;
        }
        const char *day = form_value(form->form, "day");
        SessionKept kept = session_move(db, talk, number_sent(req, "version"), room, day, start_us);
        if (kept == SESSION_STALE) {
                form_fail(form->form, "",
                          tr(lang, "Someone else changed this session in the meantime; where it stands now is "
                                   "written above. Move it again if you still want to."));
                show_move_with(req, db, event, talk, form, 409);
        } else if (kept == SESSION_KEPT) {
                respond_redirect(req, "/%s/organise/grid/?day=%s&moved=%s#s-%s", event->slug, day, talk->code,
                                 talk->code);
        } else {
                respond_error(req, 500, tr(lang, "The store refused it. Nothing was changed."));
        }
}
