/* The organisers' own questions: a list, and a form for each. */
#include "registration/registration_routes.h"

#include <string.h>

#include "registration/question.h"
#include "registration/registration_views.h"

static const FormField FIELDS[] = {
        { .name = "label", .label = N_("Question"), .required = true, .characters_max = QUESTION_LABEL_MAX },
        { .name = "help",
          .label = N_("Explanation"),
          .hint = N_("What it is for, and that the organisers alone read it."),
          .characters_max = QUESTION_HELP_MAX },
        { .name = "kind", .label = N_("Kind of answer"), .kind = FIELD_SELECT, .required = true },
        { .name = "choices",
          .label = N_("Choices"),
          .hint = N_("One on each line, for a list to choose from."),
          .kind = FIELD_TEXT,
          .characters_max = QUESTION_CHOICES_MAX * (CHOICE_MAX + 1),
          .rows = 4 },
        { .name = "required", .label = N_("An answer is required"), .kind = FIELD_TICK },
        { 0 },
};

static Form *question_form(Request *req, const Question *question)
{
        Form *form = form_new(req, FIELDS);
        form_options(form, "kind", question_kind_options());
        if (!question)
                return form;
        g_autofree char *choices = g_strjoinv("\n", question->choices);
        form_set(form, "label", question->label);
        form_set(form, "help", question->help);
        form_set(form, "kind", question_word(question->kind));
        form_set(form, "choices", choices);
        form_set(form, "required", question->required ? "1" : "");
        return form;
}

static void show_page(Request *req, Db *db, const Event *event, const Form *form, const Question *question, int status)
{
        g_autoptr(GPtrArray) questions = question_list(db, event->id);
        bool kept = strcmp(request_query(req, "done"), "changed") == 0;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Questions"), .no_index = true });
        questions_view(h, &(QuestionsPage){ .event = event,
                                            .form = form,
                                            .question = question,
                                            .questions = questions,
                                            .notice = kept ? N_("Kept.") : "" });
        page_end(req, h, status);
}

void show_questions(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = question_form(req, NULL);
        show_page(req, db, event, form, NULL, 200);
}

static void check_choices(Form *form, const Question *question)
{
        guint count = g_strv_length(question->choices);
        bool chooses = question->kind == QUESTION_CHOICE || question->kind == QUESTION_CHOICES;
        if (chooses && (count < 2 || count > QUESTION_CHOICES_MAX))
                form_fail(form, "choices", tr(form_lang(form), "Two to twelve choices, one on each line."));
        for (guint i = 0; i < count; i++) {
                if (g_utf8_strlen(question->choices[i], -1) > CHOICE_MAX)
                        form_fail(form, "choices", tr(form_lang(form), "A choice has 100 characters at most."));
                for (guint j = 0; j < i; j++)
                        if (strcmp(question->choices[i], question->choices[j]) == 0)
                                form_fail(form, "choices", tr(form_lang(form), "The same choice stands there twice."));
        }
}

/* The form that people fill in stays a page of a reasonable size. */
static void check_room(Form *form, const GPtrArray *questions, const Question *question)
{
        int weight = question_weight(question);
        guint count = question->id ? 0 : 1;
        for (guint i = 0; i < questions->len; i++) {
                const Question *other = questions->pdata[i];
                weight += other->id == question->id ? 0 : question_weight(other);
                count++;
        }
        if (count > QUESTIONS_MAX)
                form_fail(form, "", tr(form_lang(form), "Twenty questions are enough: take one away first."));
        else if (weight > QUESTIONS_WEIGHT_MAX)
                form_fail(form, "",
                          tr(form_lang(form), "The form would become too long: fewer choices or questions, please."));
}

static void keep(Request *req, Db *db, const Event *event, const Question *old)
{
        g_autoptr(Form) form = question_form(req, old);
        g_autoptr(GPtrArray) questions = question_list(db, event->id);
        bool good = form_check(form);
        g_auto(GStrv) choices = choices_read(form_value(form, "choices"));
        Question question = { .id = old ? old->id : 0,
                              .kind = good ? question_kind(form_value(form, "kind")) : QUESTION_SHORT,
                              .label = (char *)form_value(form, "label"),
                              .help = (char *)form_value(form, "help"),
                              .choices = choices,
                              .required = form_ticked(form, "required") };
        if (good) {
                check_choices(form, &question);
                check_room(form, questions, &question);
        }
        if (form_is_ok(form) && question_keep(db, event->id, &question))
                respond_redirect(req, "/%s/organise/questions/?done=changed", event->slug);
        else
                show_page(req, db, event, form, old, 422);
}

void add_question(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        keep(req, db, event, NULL);
}

static Question *asked_question(Request *req, Db *db)
{
        guint64 id = 0;
        Question *question = NULL;
        if (g_ascii_string_to_unsigned(request_param(req, "question"), 10, 1, INT64_MAX, &id, NULL))
                question = question_find(db, request_event(req), (int64_t)id);
        if (!question)
                respond_not_found(req);
        return question;
}

void show_question(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Question) question = asked_question(req, db);
        if (!question)
                return;
        g_autoptr(Form) form = question_form(req, question);
        show_page(req, db, event, form, question, 200);
}

void change_question(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Question) question = asked_question(req, db);
        if (!question)
                return;
        const char *act = request_field(req, "act");
        if (strcmp(act, "delete") == 0)
                question_delete(db, event->id, question->id);
        else if (strcmp(act, "up") == 0)
                question_move_up(db, event->id, question->id);
        else {
                keep(req, db, event, question);
                return;
        }
        respond_redirect(req, "/%s/organise/questions/?done=changed", event->slug);
}
