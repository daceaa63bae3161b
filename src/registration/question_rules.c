#include "registration/question.h"

#include <string.h>

static const char *const WORDS[] = {
#define X(name, word, text) word,
        QUESTION_KINDS(X)
#undef X
};

const char *question_word(QuestionKind kind)
{
        return WORDS[kind];
}

QuestionKind question_kind(const char *word)
{
        QuestionKind kind = 0;
        while (kind < QUESTION_KIND_COUNT && strcmp(WORDS[kind], word) != 0)
                kind++;
        return kind;
}

const FormOption *question_kind_options(void)
{
        static const FormOption options[] = {
#define X(name, word, text) { .value = word, .label = text },
                QUESTION_KINDS(X)
#undef X
                        { 0 },
        };
        return options;
}

void question_free(Question *question)
{
        if (!question)
                return;
        g_free(question->label);
        g_free(question->help);
        g_strfreev(question->choices);
        g_free(question);
}

char **choices_read(const char *text)
{
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        GStrvBuilder *kept = g_strv_builder_new();
        for (char **line = lines; *line; line++)
                if (*g_strstrip(*line))
                        g_strv_builder_add(kept, *line);
        char **choices = g_strv_builder_end(kept);
        g_strv_builder_unref(kept);
        return choices;
}

int question_weight(const Question *question)
{
        int choices = (int)g_strv_length(question->choices);
        switch (question->kind) {
        case QUESTION_CHOICE:
                return 5 + choices;
        case QUESTION_CHOICES:
                return 4 + 3 * choices;
        case QUESTION_YES_NO:
                return 8;
        default:
                return 5;
        }
}

int questions_weight(const GPtrArray *questions)
{
        int weight = 0;
        for (guint i = 0; i < questions->len; i++)
                weight += question_weight(questions->pdata[i]);
        return weight;
}

char *question_field(const Question *question)
{
        return g_strdup_printf("q%" G_GINT64_FORMAT, question->id);
}

char *question_tick(const Question *question, guint choice)
{
        return g_strdup_printf("q%" G_GINT64_FORMAT "-%u", question->id, choice);
}

static const FormOption YES_NO[] = { { .value = "yes", .label = N_("Yes") },
                                     { .value = "no", .label = N_("No") },
                                     { 0 } };

static const FormOption *choice_options(const Question *question, GPtrArray *kept)
{
        guint count = g_strv_length(question->choices);
        FormOption *options = g_new0(FormOption, count + 1);
        g_ptr_array_add(kept, options);
        for (guint i = 0; i < count; i++)
                options[i] = (FormOption){ .value = question->choices[i], .label = question->choices[i] };
        return options;
}

static void add_ticks(GArray *fields, const Question *question, GPtrArray *kept)
{
        for (guint i = 0; question->choices[i]; i++) {
                FormField tick = { .name = question_tick(question, i),
                                   .label = question->choices[i],
                                   .kind = FIELD_TICK };
                g_ptr_array_add(kept, (gpointer)tick.name);
                g_array_append_val(fields, tick);
        }
}

static void add_field(GArray *fields, const Question *question, GPtrArray *kept)
{
        FormField field = { .name = question_field(question),
                            .label = question->label,
                            .hint = *question->help ? question->help : NULL,
                            .required = question->required };
        g_ptr_array_add(kept, (gpointer)field.name);
        if (question->kind == QUESTION_SHORT) {
                field.characters_max = ANSWER_SHORT_MAX;
        } else if (question->kind == QUESTION_LONG) {
                field.kind = FIELD_TEXT;
                field.characters_max = ANSWER_LONG_MAX;
                field.rows = 3;
        } else {
                field.kind = FIELD_SELECT;
                field.options = question->kind == QUESTION_YES_NO ? YES_NO : choice_options(question, kept);
        }
        g_array_append_val(fields, field);
}

void question_fields_add(GArray *fields, const GPtrArray *questions, GPtrArray *kept)
{
        for (guint i = 0; i < questions->len; i++) {
                const Question *question = questions->pdata[i];
                if (question->kind == QUESTION_CHOICES)
                        add_ticks(fields, question, kept);
                else
                        add_field(fields, question, kept);
        }
}

static char *read_ticks(Form *form, const Question *question)
{
        g_autoptr(GString) ticked = g_string_new(NULL);
        for (guint i = 0; question->choices[i]; i++) {
                g_autofree char *name = question_tick(question, i);
                if (form_ticked(form, name))
                        g_string_append_printf(ticked, "%s%s", ticked->len ? "\n" : "", question->choices[i]);
        }
        if (question->required && !ticked->len && question->choices[0]) {
                g_autofree char *name = question_tick(question, 0);
                form_fail(form, name, tr(form_lang(form), "Choose one of these at least."));
        }
        return g_strdup(ticked->str);
}

GPtrArray *question_answers_read(Form *form, const GPtrArray *questions)
{
        GPtrArray *answers = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < questions->len; i++) {
                const Question *question = questions->pdata[i];
                g_autofree char *name = question_field(question);
                g_ptr_array_add(answers, question->kind == QUESTION_CHOICES ? read_ticks(form, question)
                                                                            : g_strdup(form_value(form, name)));
        }
        return answers;
}

void question_answers_set(Form *form, const GPtrArray *questions, const GPtrArray *answers)
{
        for (guint i = 0; i < questions->len; i++) {
                const Question *question = questions->pdata[i];
                const char *answer = answers->pdata[i] ? answers->pdata[i] : "";
                g_autofree char *name = question_field(question);
                g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
                if (question->kind != QUESTION_CHOICES)
                        form_set(form, name, answer);
                for (guint j = 0; question->kind == QUESTION_CHOICES && question->choices[j]; j++) {
                        g_autofree char *tick = question_tick(question, j);
                        bool ticked = g_strv_contains((const char *const *)lines, question->choices[j]);
                        form_set(form, tick, ticked ? "1" : "");
                }
        }
}

char *answer_text(const Question *question, const char *answer, const Lang *lang)
{
        if (!answer)
                return g_strdup("");
        if (question->kind == QUESTION_YES_NO)
                return g_strdup(strcmp(answer, "yes") == 0  ? tr(lang, N_("Yes"))
                                : strcmp(answer, "no") == 0 ? tr(lang, N_("No"))
                                                            : answer);
        if (question->kind != QUESTION_CHOICES)
                return g_strdup(answer);
        g_auto(GStrv) lines = g_strsplit(answer, "\n", -1);
        return g_strjoinv(", ", lines);
}
