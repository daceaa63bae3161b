/* What one answered and needs, to be changed until the registration of one's path closes; needs may always be taken
 * out. */
#include "registration/registration_routes.h"

#include "base/time.h"
#include "base/when.h"
#include "registration/mine.h"
#include "registration/needs_form.h"
#include "registration/registration_views.h"

typedef struct {
        Form *form;
        GPtrArray *questions, *answers; /* as they are stored */
        GArray *fields;
        Needs needs;
        char *other;
} Answers;

static void answers_clear(Answers *answers)
{
        form_free(answers->form);
        g_clear_pointer(&answers->questions, g_ptr_array_unref);
        g_clear_pointer(&answers->answers, g_ptr_array_unref);
        g_clear_pointer(&answers->fields, g_array_unref);
        g_free(answers->other);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answers, answers_clear)

/* When it closes; 0 when it has. */
static int64_t open_until_us(const Mine *mine)
{
        const PathSetting *path = &mine->setting->path[mine->registration->onsite];
        int64_t end_us = event_end_us(mine->event);
        if (mine->setting->cancelled_us || path_state(path->opens_us, path->closes_us, end_us, now_us()) == PATH_CLOSED)
                return 0;
        return path->closes_us > 0 ? MIN(path->closes_us, end_us) : end_us;
}

/* mine->kept takes what the fields point to. */
static void answers_read(Answers *answers, Request *req, Db *db, const Mine *mine)
{
        const FormField end = { 0 };
        answers->questions = question_list(db, mine->event->id);
        answers->answers = answers_of(db, mine->registration->id, answers->questions);
        answers->needs = needs_read(db, mine->registration->id, &answers->other);
        answers->fields = g_array_new(FALSE, TRUE, sizeof(FormField));
        question_fields_add(answers->fields, answers->questions, mine->kept);
        needs_fields_add(answers->fields);
        g_array_append_val(answers->fields, end);
        answers->form = form_new(req, (const FormField *)answers->fields->data);
        question_answers_set(answers->form, answers->questions, answers->answers);
        needs_form_set(answers->form, &answers->needs);
}

static void show_page(Request *req, const Mine *mine, const Answers *answers, int status)
{
        const Lang *lang = request_lang(req);
        int64_t until_us = open_until_us(mine);
        g_autofree char *until = until_us ? when_day_time(lang, mine->event->zone, until_us) : NULL;
        g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < answers->questions->len; i++)
                g_ptr_array_add(texts, answer_text(answers->questions->pdata[i], answers->answers->pdata[i], lang));
        Html *h = conference_page(req, mine->event, EVENT_NOWHERE,
                                  &(Page){ .title = tr(lang, "My answers and needs"), .no_index = true });
        answers_view(h, &(AnswersPage){ .event = mine->event,
                                        .until = until,
                                        .form = answers->form,
                                        .questions = answers->questions,
                                        .answers = texts,
                                        .asks_path = mine->places.all > 0,
                                        .has_needs = !needs_are_empty(&answers->needs) });
        page_end(req, h, status);
}

void show_answers(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_redirect(req, "/%s/me/", mine.event->slug);
                return;
        }
        g_auto(Answers) answers = { 0 };
        answers_read(&answers, req, db, &mine);
        show_page(req, &mine, &answers, 200);
}

static bool keep(Db *db, const Mine *mine, const Answers *answers)
{
        Form *form = answers->form;
        g_autoptr(GPtrArray) said = question_answers_read(form, answers->questions);
        Needs needs = needs_form_read(form);
        return form_check(form) && form_is_ok(form) &&
               answers_keep(db, mine->registration->id, answers->questions, (char *const *)said->pdata) &&
               needs_keep(db, mine->registration->id, &needs);
}

void change_answers(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_not_found(req);
                return;
        }
        g_auto(Answers) answers = { 0 };
        answers_read(&answers, req, db, &mine);
        bool forget = *request_field(req, "forget"), open = open_until_us(&mine) > 0;
        if (forget ? needs_keep(db, mine.registration->id, &(Needs){ .other = "" }) : open && keep(db, &mine, &answers))
                respond_redirect(req, "/%s/me/?done=%s", mine.event->slug, forget ? "forgotten" : "changed");
        else
                show_page(req, &mine, &answers, open ? 422 : 409);
}
