#include "registration/register_form.h"

#include "base/when.h"
#include "base/time.h"
#include "registration/needs_form.h"
#include "registration/registration_views.h"

#define NAME_CHARACTERS_MAX 80
#define SEATS_MAX 12
#define SEAT_WEIGHT 7 /* elements of one on the page */

static const FormField PATH = {
        .name = "path", .label = N_("How will you come?"), .kind = FIELD_CHOICE, .required = true
};
static const FormField WHO[] = {
        { .name = "name",
          .label = N_("Name shown in the room"),
          .hint = N_("First name, full name or pseudonym: as you wish to be called. Those in the room see it; it is "
                     "erased "
                     "30 days after the event."),
          .required = true,
          .characters_max = NAME_CHARACTERS_MAX,
          .autocomplete = "name" },
        { .name = "email",
          .label = N_("E-mail address"),
          .hint = N_("Your link goes there. The organisers of this event alone see it; it is erased 30 days after the "
                     "event."),
          .kind = FIELD_EMAIL,
          .required = true,
          .autocomplete = "email" },
};

static const char *path_hint(const Event *event, const PathSetting *path, const Lang *lang, const char *otherwise,
                             bool *ret_open, GPtrArray *kept)
{
        PathState state = path_state(path->opens_us, path->closes_us, event_end_us(event), now_us());
        *ret_open = state == PATH_OPEN;
        char *hint = NULL;
        if (state == PATH_CLOSED) {
                hint = g_strdup(tr(lang, N_("Registration is closed.")));
        } else if (state == PATH_NOT_YET) {
                g_autofree char *when = when_day_time(lang, event->zone, path->opens_us);
                hint = g_strdup_printf(tr(lang, N_("Registration opens on %s.")), when);
        } else {
                hint = *path->text ? g_strdup_printf("%s %s", path->text, otherwise) : g_strdup(otherwise);
        }
        g_ptr_array_add(kept, hint);
        return hint;
}

static char *left_text(const Event *event, int64_t left, const Lang *lang)
{
        if (left == 0)
                return g_strdup(tr(lang, N_("Every place is taken.")));
        g_autofree char *words =
                g_strdup_printf(tr_n(lang, "%d place left.", "%d places left.", (unsigned long)left), (int)left);
        return *event->place ? g_strdup_printf("%s. %s", event->place, words) : g_steal_pointer(&words);
}

void path_options(FormOption ret_options[4], const Event *event, const Places *places, const Setting *setting,
                  const Lang *lang, bool may_choose_full, GPtrArray *kept)
{
        int64_t left = MAX(0, places->all - places->taken);
        char *left_words = left_text(event, left, lang);
        g_ptr_array_add(kept, left_words);
        bool remote = false, onsite = false;
        ret_options[0] = (FormOption){
                .value = "remote",
                .label = N_("At a distance"),
                .hint = path_hint(event, &setting->path[0], lang,
                                  tr(lang, N_("A browser is enough. The link comes by mail.")), &remote, kept),
        };
        ret_options[1] = (FormOption){ .value = "onsite",
                                       .label = N_("On site"),
                                       .hint = path_hint(event, &setting->path[1], lang, left_words, &onsite, kept) };
        ret_options[0].disabled = !remote;
        ret_options[1].disabled = !onsite || (left == 0 && !may_choose_full);
        ret_options[2] = (FormOption){ 0 };
        if (onsite && remote && left == 0)
                ret_options[2] = (FormOption){ .value = "waiting",
                                               .label = N_("In line for a place on site"),
                                               .hint = N_("You come at a distance meanwhile. When a place is free and "
                                                          "it is your turn, a mail offers it to you.") };
        ret_options[3] = (FormOption){ 0 };
}

char *seat_field(const Seat *seat)
{
        return g_strdup_printf("talk-%" G_GINT64_FORMAT, seat->talk);
}

static void add_seats(RegisterForm *form)
{
        for (guint i = 0; i < form->seats->len; i++) {
                const Seat *seat = form->seats->pdata[i];
                FormField field = { .name = seat_field(seat), .label = seat->title, .kind = FIELD_TICK };
                g_ptr_array_add(form->kept, (gpointer)field.name);
                g_array_append_val(form->fields, field);
        }
}

/* A page has at most 298 elements: the questions come first, then as many sessions as there is room for. */
static void read_seats(RegisterForm *form, Db *db, const Event *event)
{
        int room = (QUESTIONS_WEIGHT_MAX - questions_weight(form->questions)) / SEAT_WEIGHT;
        guint limit = (guint)CLAMP(room, 0, SEATS_MAX);
        form->seats = seat_list(db, event->id, 0, 0, limit + 1);
        form->more_seats = form->seats->len > limit;
        if (form->more_seats)
                g_ptr_array_set_size(form->seats, (int)limit);
}

void register_form_read(RegisterForm *form, Request *req, Db *db, const Event *event)
{
        const FormField end = { 0 };
        form->setting = setting_read(db, event->id);
        form->places = registration_places(db, event->id);
        form->asks_path = form->places.all > 0;
        form->questions = question_list(db, event->id);
        form->fields = g_array_new(FALSE, TRUE, sizeof(FormField));
        form->kept = g_ptr_array_new_with_free_func(g_free);
        read_seats(form, db, event);
        if (form->asks_path)
                g_array_append_val(form->fields, PATH);
        g_array_append_vals(form->fields, WHO, G_N_ELEMENTS(WHO));
        add_seats(form);
        question_fields_add(form->fields, form->questions, form->kept);
        needs_fields_add(form->fields);
        g_array_append_val(form->fields, end);
        form->form = form_new(req, (const FormField *)form->fields->data);
        if (!form->asks_path)
                return;
        path_options(form->options, event, &form->places, form->setting, request_lang(req), request_method(req) != GET,
                     form->kept);
        form_options(form->form, "path", form->options);
        form_set(form->form, "path", form->options[0].disabled ? "onsite" : "remote");
}

void register_form_clear(RegisterForm *form)
{
        form_free(form->form);
        setting_free(form->setting);
        g_clear_pointer(&form->questions, g_ptr_array_unref);
        g_clear_pointer(&form->seats, g_ptr_array_unref);
        g_clear_pointer(&form->fields, g_array_unref);
        g_clear_pointer(&form->kept, g_ptr_array_unref);
}

void register_seat(Html *h, const RegisterItem *item)
{
        const RegisterPage *page = item->page;
        const Seat *seat = page->form->seats->pdata[item->i];
        g_autofree char *name = seat_field(seat);
        g_autofree char *when = when_day_time(html_lang(h), page->event->zone, seat->start_us);
        seat_choice_view(
                h, &(FieldRow){
                           .event = page->event, .form = page->form->form, .seat = seat, .name = name, .when = when });
}

void question_tick_field(Html *h, const FieldTick *tick)
{
        g_autofree char *name = question_tick(tick->row->question, tick->i);
        form_field(h, tick->row->form, name);
}

void question_show(Html *h, const Form *form, const Question *question)
{
        g_autofree char *name = question_field(question);
        if (question->kind == QUESTION_CHOICES)
                question_ticks_view(h, &(FieldRow){ .form = form, .question = question });
        else
                form_field(h, form, name);
}

void register_question(Html *h, const RegisterItem *item)
{
        question_show(h, item->page->form->form, item->page->form->questions->pdata[item->i]);
}
