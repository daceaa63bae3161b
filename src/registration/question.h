/* What the organisers ask on the form, and what is answered. Private to registration/. */
#pragma once
#include "registration/registration_store.h"
#include "web/form.h"

#define QUESTIONS_MAX 20
#define QUESTION_CHOICES_MAX 12
#define QUESTION_LABEL_MAX 150
#define QUESTION_HELP_MAX 300
#define CHOICE_MAX 100
#define ANSWER_SHORT_MAX 200
#define ANSWER_LONG_MAX 2000

/* One list: the enum, the word in the store, the words for the organiser. */
#define QUESTION_KINDS(X)                                                                                              \
        X(SHORT, "short", N_("A short text"))                                                                          \
        X(LONG, "long", N_("A long text"))                                                                             \
        X(CHOICE, "choice", N_("One choice of a list"))                                                                \
        X(CHOICES, "choices", N_("Several choices of a list"))                                                         \
        X(YES_NO, "yes-no", N_("Yes or no"))
typedef enum {
#define X(name, word, text) QUESTION_##name,
        QUESTION_KINDS(X)
#undef X
                QUESTION_KIND_COUNT,
} QuestionKind;
const char *question_word(QuestionKind kind);
/* QUESTION_KIND_COUNT when the word is none of them. */
QuestionKind question_kind(const char *word);
/* For FIELD_SELECT; ends with { 0 }. */
const FormOption *question_kind_options(void);

typedef struct {
        int64_t id;
        QuestionKind kind;
        char *label, *help;
        char **choices; /* empty where there are none to choose */
        bool required;
} Question;
void question_free(Question *question);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

/* In their order. (transfer full) of Question */
GPtrArray *question_list(Db *db, int64_t event);
int64_t questions_count(Db *db, int64_t event);
/* NULL when the event has none of this number. */
Question *question_find(Db *db, int64_t event, int64_t id);
/* Inserts at the end when id is 0. */
bool question_keep(Db *db, int64_t event, const Question *question);
bool question_delete(Db *db, int64_t event, int64_t id);
/* Changes places with the one before it; true also when it is the first. */
bool question_move_up(Db *db, int64_t event, int64_t id);

/* answers: one for each question, NULL or "" for none; several choices are a line each. */
bool answers_keep(Db *db, int64_t registration, const GPtrArray *questions, char *const *answers);
/* One for each question, NULL where nothing was said; NULL-terminated only by the questions' count. (transfer full) */
GPtrArray *answers_of(Db *db, int64_t registration, const GPtrArray *questions);

/* --- rules, pure --- */

/* Lines of a text that are not empty, trimmed. (transfer full) */
char **choices_read(const char *text);
/* What the questions weigh on a page, in elements: the form of an event has room for QUESTIONS_WEIGHT_MAX. */
#define QUESTIONS_WEIGHT_MAX 120
int question_weight(const Question *question);
int questions_weight(const GPtrArray *questions);

/* Adds the questions' fields to an array of FormField (without its end); kept takes what they point to. */
void question_fields_add(GArray *fields, const GPtrArray *questions, GPtrArray *kept);
/* Reads the answers, (transfer full) each of them, in the questions' order; fails what is required and missing. */
GPtrArray *question_answers_read(Form *form, const GPtrArray *questions);
/* Shows what was answered before. */
void question_answers_set(Form *form, const GPtrArray *questions, const GPtrArray *answers);
/* "q12", "q12-0": the names of fields. (transfer full) */
char *question_field(const Question *question);
char *question_tick(const Question *question, guint choice);
/* An answer for people: "Oui", choices with commas. (transfer full) */
char *answer_text(const Question *question, const char *answer, const Lang *lang);
