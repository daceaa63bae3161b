/* The kinds of sessions that an event offers: usual ones, and words of its own in each language of the pages. */
#include "conference/conference_views.h"

#include <string.h>

#define KINDS_MAX 30
#define KIND_CHARACTERS_MAX 40
#define NO_WORD "-" /* keeps a line where a language has no word */

const UsualKind usual_kinds[USUAL_KINDS] = {
        { "plenary", N_("Plenary") },   { "keynote", N_("Keynote") }, { "round-table", N_("Round table") },
        { "workshop", N_("Workshop") }, { "break", N_("Break") },     { "visit", N_("Visit on site") },
};

#define OWN_FIELD 6 /* after the usual ones */
static const FormField usual_fields[] = {
        { .name = "plenary", .label = N_("Plenary"), .kind = FIELD_TICK },
        { .name = "keynote", .label = N_("Keynote"), .kind = FIELD_TICK },
        { .name = "round-table", .label = N_("Round table"), .kind = FIELD_TICK },
        { .name = "workshop", .label = N_("Workshop"), .kind = FIELD_TICK },
        { .name = "break", .label = N_("Break"), .kind = FIELD_TICK },
        { .name = "visit", .label = N_("Visit on site"), .kind = FIELD_TICK },
        { .name = "own",
          .label = N_("Words of your own"),
          .hint = N_("One on each line, such as: Balade, Open mike."),
          .kind = FIELD_TEXT,
          .characters_max = 1500 },
};

/* The form of an event: one field of words in its own language, and one more for each other language of the pages. */
typedef struct {
        GArray *fields;   /* FormField, ends with { 0 } */
        GPtrArray *texts; /* char *: what the fields borrow */
        GPtrArray *langs; /* const Lang *: the others, in the order of their fields */
        Form *form;
} KindsForm;

static void kinds_form_clear(KindsForm *kinds)
{
        form_free(kinds->form);
        g_array_unref(kinds->fields);
        g_ptr_array_unref(kinds->texts);
        g_ptr_array_unref(kinds->langs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KindsForm, kinds_form_clear)

static const char *keep_text(KindsForm *kinds, char *text)
{
        g_ptr_array_add(kinds->texts, text);
        return text;
}

static const char *field_of(const KindsForm *kinds, guint other)
{
        return g_array_index(kinds->fields, FormField, G_N_ELEMENTS(usual_fields) + other).name;
}

static void add_language(KindsForm *kinds, const Lang *other, const Lang *lang)
{
        FormField field = { .name = keep_text(kinds, g_strconcat("own-", lang_code(other), NULL)),
                            .label =
                                    keep_text(kinds, g_strdup_printf(tr(lang, "The same words, %s"), lang_name(other))),
                            .hint = N_("Line by line as above; a line with a hyphen alone where there is none."),
                            .kind = FIELD_TEXT,
                            .characters_max = usual_fields[OWN_FIELD].characters_max };
        g_array_append_val(kinds->fields, field);
        g_ptr_array_add(kinds->langs, (gpointer)other);
}

static KindsForm kinds_form_new(Request *req, const Event *event)
{
        const Lang *lang = request_lang(req), *own = lang_find(event->lang);
        KindsForm kinds = { .fields = g_array_new(TRUE, TRUE, sizeof(FormField)),
                            .texts = g_ptr_array_new_with_free_func(g_free),
                            .langs = g_ptr_array_new() };
        g_array_append_vals(kinds.fields, usual_fields, G_N_ELEMENTS(usual_fields));
        if (own)
                g_array_index(kinds.fields, FormField, OWN_FIELD).label =
                        keep_text(&kinds, g_strdup_printf(tr(lang, "Words of your own, %s"), lang_name(own)));
        for (const Lang *const *other = lang_list(); *other; other++)
                if (*other != own)
                        add_language(&kinds, *other, lang);
        kinds.form = form_new(req, (const FormField *)kinds.fields->data);
        return kinds;
}

static bool is_usual(const char *word)
{
        for (size_t i = 0; i < USUAL_KINDS; i++)
                if (!strcmp(usual_kinds[i].word, word))
                        return true;
        return false;
}

static void show_kinds(Request *req, const Event *event, const KindsForm *kinds, int status)
{
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Kinds of sessions"), .no_index = true });
        const char *others[8] = { NULL };
        for (guint i = 0; i < kinds->langs->len && i < G_N_ELEMENTS(others); i++)
                others[i] = field_of(kinds, i);
        kinds_view(h, &(KindsPage){ .form = kinds->form,
                                    .others = others,
                                    .other_count = MIN(kinds->langs->len, (guint)G_N_ELEMENTS(others)),
                                    .saved = !strcmp(request_query(req, "done"), "saved") });
        page_end(req, h, status);
}

/* What the other languages call the own kinds, a line for each. (transfer full) */
static char *lines_in(Db *db, int64_t event, const GPtrArray *words, const Lang *lang)
{
        g_autoptr(GString) lines = g_string_new(NULL);
        bool any = false;
        for (guint i = 0; i < words->len; i++) {
                if (is_usual(words->pdata[i]))
                        continue;
                g_auto(GStrv) said = conference_kind_words(db, event, words->pdata[i]);
                const char *word = kind_word_in(said, lang);
                any |= word != NULL;
                g_string_append_printf(lines, "%s\n", word ? word : NO_WORD);
        }
        return g_strdup(any ? lines->str : "");
}

void edit_kinds(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) words = conference_kinds(db, event->id);
        g_autoptr(GString) own = g_string_new(NULL);
        g_auto(KindsForm) kinds = kinds_form_new(req, event);
        for (guint i = 0; i < words->len; i++) {
                if (is_usual(words->pdata[i]))
                        form_set(kinds.form, words->pdata[i], "1");
                else
                        g_string_append_printf(own, "%s\n", (const char *)words->pdata[i]);
        }
        form_set(kinds.form, "own", own->str);
        for (guint i = 0; i < kinds.langs->len; i++) {
                g_autofree char *lines = lines_in(db, event->id, words, kinds.langs->pdata[i]);
                form_set(kinds.form, field_of(&kinds, i), lines);
        }
        show_kinds(req, event, &kinds, 200);
}

/* A line of a field, stripped; "" where there is none. (transfer full) */
static char *line_at(char *const *lines, guint place)
{
        if (place >= g_strv_length((char **)lines))
                return g_strdup("");
        char *line = g_strstrip(g_strdup(lines[place]));
        if (!strcmp(line, NO_WORD))
                *line = '\0';
        return line;
}

static bool check_word(KindsForm *kinds, const char *field, const char *word)
{
        if (g_utf8_strlen(word, -1) <= KIND_CHARACTERS_MAX)
                return true;
        form_fail(kinds->form, field, tr(form_lang(kinds->form), "A word has 40 characters at most."));
        return false;
}

/* What the nth of the own words is called elsewhere, as the store has it. (transfer full) */
static char *others_of(KindsForm *kinds, guint place)
{
        GString *stored = g_string_new(NULL);
        for (guint i = 0; i < kinds->langs->len; i++) {
                g_auto(GStrv) lines = g_strsplit(form_value(kinds->form, field_of(kinds, i)), "\n", -1);
                g_autofree char *word = line_at(lines, place);
                g_strdelimit(word, "\t", ' ');
                if (*word && check_word(kinds, field_of(kinds, i), word))
                        kind_words_put(stored, lang_code(kinds->langs->pdata[i]), word);
        }
        return g_string_free(stored, FALSE);
}

/* The ticked ones, then one's own words. of char *, with what they are called in other languages beside them */
static void kinds_of_form(KindsForm *kinds, GPtrArray *ret_words, GPtrArray *ret_others)
{
        Form *form = kinds->form;
        for (size_t i = 0; i < USUAL_KINDS; i++)
                if (form_ticked(form, usual_kinds[i].word)) {
                        g_ptr_array_add(ret_words, g_strdup(usual_kinds[i].word));
                        g_ptr_array_add(ret_others, g_strdup(""));
                }
        g_auto(GStrv) lines = g_strsplit(form_value(form, "own"), "\n", -1);
        for (guint i = 0; lines[i]; i++) {
                g_autofree char *word = line_at(lines, i);
                if (!*word || !check_word(kinds, "own", word))
                        continue;
                g_ptr_array_add(ret_words, g_steal_pointer(&word));
                g_ptr_array_add(ret_others, others_of(kinds, i));
        }
        for (guint i = 0; i < kinds->langs->len; i++) {
                g_auto(GStrv) others = g_strsplit(form_value(form, field_of(kinds, i)), "\n", -1);
                if (g_strv_length(others) > g_strv_length(lines))
                        form_fail(form, field_of(kinds, i),
                                  tr(form_lang(form), "There are more words here than above."));
        }
        if (ret_words->len > KINDS_MAX)
                form_fail(form, "own", tr(form_lang(form), "An event has 30 kinds of sessions at most."));
        if (!ret_words->len)
                form_fail(form, "own", tr(form_lang(form), "Keep at least one kind of session."));
}

void save_kinds(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_of_request(req, db);
        if (!event)
                return;
        g_auto(KindsForm) kinds = kinds_form_new(req, event);
        form_check(kinds.form);
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
        kinds_of_form(&kinds, words, others);
        if (!form_is_ok(kinds.form))
                show_kinds(req, event, &kinds, 422);
        else if (event_kinds_keep(db, event->id, words, others))
                respond_redirect(req, "/%s/organise/kinds/?done=saved", event->slug);
}
