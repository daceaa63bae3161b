/* What organisers say of the two paths, and that an event will not take place. */
#include "registration/registration_routes.h"

#include <string.h>

#include "base/when.h"
#include "registration/registration_views.h"
#include "registration/setting.h"

static const FormField FIELDS[] = {
        { .name = "remote_text",
          .label = N_("Words for those who come at a distance"),
          .hint = N_("Shown beside the choice."),
          .kind = FIELD_TEXT,
          .characters_max = PATH_TEXT_CHARACTERS_MAX,
          .rows = 3 },
        { .name = "remote_opens", .label = N_("Opens for them on"), .kind = FIELD_DATE_TIME },
        { .name = "remote_closes", .label = N_("Closes for them on"), .kind = FIELD_DATE_TIME },
        { .name = "onsite_text",
          .label = N_("Words for those who come on site"),
          .hint = N_("How to get there, from when the doors are open."),
          .kind = FIELD_TEXT,
          .characters_max = PATH_TEXT_CHARACTERS_MAX,
          .rows = 3 },
        { .name = "onsite_opens", .label = N_("Opens on site on"), .kind = FIELD_DATE_TIME },
        { .name = "onsite_closes", .label = N_("Closes on site on"), .kind = FIELD_DATE_TIME },
        { .name = "places",
          .label = N_("Places on site"),
          .hint = N_("0: the event is held at a distance only. Who has a place keeps it when there are fewer."),
          .kind = FIELD_NUMBER,
          .required = true,
          .max = 100000 },
        { .name = "offer_hours",
          .label = N_("Hours to accept a place from a waiting list"),
          .hint = N_("Never more than half the time that is left before the session."),
          .kind = FIELD_NUMBER,
          .required = true,
          .min = 1,
          .max = OFFER_HOURS_MAX },
        { 0 },
};

static void set_time(Form *form, const char *name, const Event *event, int64_t at_us)
{
        g_autofree char *text = at_us > 0 ? when_field(event->zone, at_us) : NULL;
        form_set(form, name, text);
}

static int64_t get_time(const Form *form, const char *name, const Event *event)
{
        int64_t at_us = 0;
        const char *value = form_value(form, name);
        return *value && when_parse(event->zone, value, &at_us) ? at_us : 0;
}

static Form *setting_form(Request *req, Db *db, const Event *event)
{
        g_autoptr(Setting) setting = setting_read(db, event->id);
        Form *form = form_new(req, FIELDS);
        form_set(form, "remote_text", setting->path[0].text);
        form_set(form, "onsite_text", setting->path[1].text);
        set_time(form, "remote_opens", event, setting->path[0].opens_us);
        set_time(form, "remote_closes", event, setting->path[0].closes_us);
        set_time(form, "onsite_opens", event, setting->path[1].opens_us);
        set_time(form, "onsite_closes", event, setting->path[1].closes_us);
        g_autofree char *places = g_strdup_printf("%" G_GINT64_FORMAT, setting->onsite_places);
        g_autofree char *hours = g_strdup_printf("%" G_GINT64_FORMAT, setting->offer_hours);
        form_set(form, "places", places);
        form_set(form, "offer_hours", hours);
        return form;
}

static void show_setting_form(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        g_autoptr(Setting) setting = setting_read(db, event->id);
        bool kept = strcmp(request_query(req, "done"), "changed") == 0;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "How people register"), .no_index = true });
        settings_view(h, &(SettingsPage){ .event = event,
                                          .form = form,
                                          .may_cancel = request_may(req, RIGHT_EVENT_OWNER),
                                          .is_cancelled = setting->cancelled_us > 0,
                                          .notice = kept ? N_("Kept.") : "" });
        page_end(req, h, status);
}

void show_settings(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = setting_form(req, db, event);
        show_setting_form(req, db, event, form, 200);
}

static void check_order(Form *form, const char *opens, const char *closes, const PathSetting *path)
{
        if (path->opens_us > 0 && path->closes_us > 0 && path->closes_us <= path->opens_us)
                form_fail(form, closes, tr(form_lang(form), "It would close before it opens."));
}

void change_settings(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = setting_form(req, db, event);
        bool good = form_check(form);
        Setting setting = {
                .onsite_places = good ? form_number(form, "places", 0) : 0,
                .offer_hours = good ? form_number(form, "offer_hours", OFFER_HOURS) : OFFER_HOURS,
                .path = { { .text = (char *)form_value(form, "remote_text"),
                            .opens_us = get_time(form, "remote_opens", event),
                            .closes_us = get_time(form, "remote_closes", event) },
                          { .text = (char *)form_value(form, "onsite_text"),
                            .opens_us = get_time(form, "onsite_opens", event),
                            .closes_us = get_time(form, "onsite_closes", event) } },
        };
        check_order(form, "remote_opens", "remote_closes", &setting.path[0]);
        check_order(form, "onsite_opens", "onsite_closes", &setting.path[1]);
        if (form_is_ok(form) && setting_keep(db, event->id, &setting))
                respond_redirect(req, "/%s/organise/registrations/settings/?done=changed", event->slug);
        else
                show_setting_form(req, db, event, form, 422);
}

/* Typing the event's address is the question "are you sure". The minute tells everybody. */
void cancel_event(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (strcmp(request_field(req, "slug"), event->slug) != 0) {
                respond_error(req, 422,
                              tr(request_lang(req), "Type the event's address as it stands there, to be sure. Nothing "
                                                    "is cancelled."));
                return;
        }
        setting_cancel_event(db, event->id);
        respond_redirect(req, "/%s/organise/registrations/settings/?done=changed", event->slug);
}
