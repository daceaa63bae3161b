#include "programme/formats/preview.h"

#include "base/when.h"
#include "programme/import_run.h"

#include <jansson.h>
#include <string.h>

static const char *const part_words[PARTS] = {
        [PART_TITLE] = N_("title"),
        [PART_SUBTITLE] = N_("subtitle"),
        [PART_START] = N_("start"),
        [PART_DURATION] = N_("duration"),
        [PART_ROOM] = N_("room"),
        [PART_TRACK] = N_("track"),
        [PART_KIND] = N_("kind"),
        [PART_LANGUAGE] = N_("language"),
        [PART_PERSONS] = N_("speakers"),
        [PART_ABSTRACT] = N_("abstract"),
        [PART_DESCRIPTION] = N_("description"),
        [PART_LICENCE] = N_("licence"),
        [PART_RECORDING] = N_("recorded or not"),
        [PART_LINKS] = N_("links and documents"),
        [PART_NUMBER] = N_("number elsewhere"),
        [PART_SLUG] = N_("short name"),
        [PART_GUID] = N_("identifier"),
        [PART_PLACES] = N_("places"),
        [PART_CANCELLED] = N_("cancellation"),
        [PART_MODERATORS] = N_("who leads"),
};

static const char *const person_words[PERSON_PARTS] = {
        [PERSON_NAME] = N_("name"),
        [PERSON_BIOGRAPHY] = N_("biography"),
        [PERSON_IDENTITY] = N_("identifier"),
};

static void row_clear(gpointer data)
{
        PreviewRow *row = data;
        g_free(row->title);
        g_free(row->text);
}

static void add_row(Preview *preview, PreviewKind kind, int line, const char *title, char *text)
{
        PreviewRow row = { kind, line, g_strdup(title), text };
        g_array_append_val(preview->rows, row);
        preview->counts[kind]++;
}

/* "title, start" (transfer full) */
static char *parts_text(unsigned parts, const char *const *words, int count, const Lang *lang)
{
        GString *text = g_string_new(NULL);
        for (int part = 0; part < count; part++)
                if (parts & 1u << part)
                        g_string_append_printf(text, "%s%s", text->len ? ", " : "", tr(lang, words[part]));
        return g_string_free(text, FALSE);
}

static PreviewKind kind_of(Change change)
{
        return change == CHANGE_NEW ? PREVIEW_NEW : change == CHANGE_UPDATE ? PREVIEW_CHANGED : PREVIEW_SAME;
}

static void add_talks(Preview *preview, const Import *import, const Lang *lang)
{
        const Programme *programme = import->programme;
        for (guint i = 0; i < programme->talks->len; i++) {
                const ProgrammeTalk *talk = programme_talk(programme, i);
                const ImportTalk *change = import_talk(import, i);
                char *text = NULL;
                if (change->change == CHANGE_UPDATE) {
                        text = parts_text(change->parts, part_words, PARTS, lang);
                } else if (change->change == CHANGE_NEW) {
                        g_autofree char *when = when_day_time(lang, import->event->zone, talk->start_us);
                        text = g_strdup_printf("%s · %s", when, programme_room(programme, talk->room)->name);
                }
                add_row(preview, kind_of(change->change), talk->line, talk->title, text);
        }
}

static void add_persons(Preview *preview, const Import *import, const Lang *lang)
{
        const Programme *programme = import->programme;
        for (guint i = 0; i < programme->persons->len; i++) {
                const ProgrammePerson *person = programme_person(programme, i);
                const ImportPerson *change = import_person(import, i);
                g_autofree char *parts = change->change == CHANGE_UPDATE
                                                 ? parts_text(change->parts, person_words, PERSON_PARTS, lang)
                                                 : NULL;
                PreviewKind kind = kind_of(change->change);
                char *text = NULL;
                if (change->invite) {
                        g_autofree char *invited =
                                g_strdup_printf(tr(lang, "an invitation is sent to %s"), person->email);
                        text = g_strconcat(parts ? parts : "", parts ? ", " : "", invited, NULL);
                        kind = kind == PREVIEW_SAME ? PREVIEW_CHANGED : kind;
                } else if (change->other_address) {
                        text = g_strconcat(parts ? parts : "", parts ? ", " : "",
                                           tr(lang, "already invited at another address, which stays"), NULL);
                } else {
                        text = g_steal_pointer(&parts);
                }
                add_row(preview, kind, person->line, person->name, text);
        }
}

static void add_notices(Preview *preview, const Import *import, const Lang *lang)
{
        const GArray *notices = import->programme->notices;
        for (guint i = 0; i < notices->len; i++) {
                const ProgrammeNotice *notice = &g_array_index(notices, ProgrammeNotice, i);
                if (notice->refused)
                        add_row(preview, PREVIEW_REFUSED, notice->line, notice->column,
                                g_strdup_printf(tr(lang, notice->message), notice->detail));
                else
                        g_ptr_array_add(preview->notes, notice_text(lang, notice));
        }
}

static int compare(gconstpointer a, gconstpointer b)
{
        return ((const PreviewRow *)a)->line - ((const PreviewRow *)b)->line;
}

/* In source words, whatever the reader's language: what is done is the same. Texts of parts that change are sealed too,
 * since their file and the event's state are. */
static char *seal_of(const Preview *preview, const Import *import)
{
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_checksum_update(sum, (const guchar *)import->state, -1);
        for (guint i = 0; i < preview->rows->len; i++) {
                const PreviewRow *row = &g_array_index(preview->rows, PreviewRow, i);
                g_autofree char *text = g_strdup_printf("%d %d %s\n", row->line, row->kind, row->title);
                g_checksum_update(sum, (const guchar *)text, -1);
        }
        return g_strdup(g_checksum_get_string(sum));
}

static Preview *preview_empty(void)
{
        Preview *preview = g_new0(Preview, 1);
        preview->rows = g_array_new(FALSE, TRUE, sizeof(PreviewRow));
        g_array_set_clear_func(preview->rows, row_clear);
        preview->notes = g_ptr_array_new_with_free_func(g_free);
        return preview;
}

Preview *preview_new(const Import *import, const Lang *lang)
{
        Preview *preview = preview_empty();
        preview->totals = import_counts_text(&import->counts, lang);
        preview->state = g_strdup(import->state);
        preview->lang = g_strdup(lang_code(lang));
        if (import->programme->people)
                add_persons(preview, import, lang);
        else
                add_talks(preview, import, lang);
        add_notices(preview, import, lang);
        g_array_sort(preview->rows, compare);
        preview->seal = seal_of(preview, import);
        return preview;
}

static json_t *texts_json(const GPtrArray *texts)
{
        json_t *list = json_array();
        for (guint i = 0; i < texts->len; i++)
                json_array_append_new(list, json_string(texts->pdata[i]));
        return list;
}

char *preview_to_text(const Preview *preview)
{
        json_t *rows = json_array();
        for (guint i = 0; i < preview->rows->len; i++) {
                const PreviewRow *row = &g_array_index(preview->rows, PreviewRow, i);
                json_array_append_new(rows, json_pack("[i, i, s, s]", (int)row->kind, row->line, row->title,
                                                      row->text ? row->text : ""));
        }
        json_t *object = json_pack("{s:o, s:o, s:o, s:s, s:s, s:s}", "rows", rows, "notes", texts_json(preview->notes),
                                   "totals", texts_json(preview->totals), "seal", preview->seal, "state",
                                   preview->state, "lang", preview->lang);
        char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
        json_decref(object);
        return text;
}

static GPtrArray *texts_of(const json_t *list)
{
        GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
        for (size_t i = 0; i < json_array_size(list); i++)
                g_ptr_array_add(texts, g_strdup(json_string_value(json_array_get(list, i))));
        return texts;
}

static void read_rows(Preview *preview, const json_t *rows)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                json_int_t kind = json_integer_value(json_array_get(row, 0));
                const char *title = json_string_value(json_array_get(row, 2));
                const char *text = json_string_value(json_array_get(row, 3));
                if (kind >= 0 && kind < PREVIEW_KINDS)
                        add_row(preview, (PreviewKind)kind, (int)json_integer_value(json_array_get(row, 1)),
                                title ? title : "", g_strdup(text ? text : ""));
        }
}

Preview *preview_from_text(const char *text, size_t size)
{
        json_t *object = json_loadb(text, size, 0, NULL), *rows = NULL, *notes = NULL, *totals = NULL;
        const char *seal = NULL, *state = NULL, *lang = NULL;
        if (json_unpack(object, "{s:o, s:o, s:o, s:s, s:s, s:s}", "rows", &rows, "notes", &notes, "totals", &totals,
                        "seal", &seal, "state", &state, "lang", &lang)) {
                json_decref(object);
                return NULL;
        }
        Preview *preview = preview_empty();
        read_rows(preview, rows);
        g_ptr_array_unref(preview->notes);
        preview->notes = texts_of(notes);
        preview->totals = texts_of(totals);
        preview->seal = g_strdup(seal);
        preview->state = g_strdup(state);
        preview->lang = g_strdup(lang);
        json_decref(object);
        return preview;
}

void preview_free(Preview *preview)
{
        if (!preview)
                return;
        g_free(preview->state);
        g_free(preview->lang);
        g_ptr_array_unref(preview->totals);
        g_array_unref(preview->rows);
        g_ptr_array_unref(preview->notes);
        g_free(preview->seal);
        g_free(preview);
}
