#include "notes/notes_diff.h"

#include <string.h>

#define WAYS_MAX 700 /* changes that are looked for; beyond, what lies between counts as changed whole */

typedef struct {
        const char *text;
        size_t bytes;
        guint id; /* the same for the same text */
        bool kept;
} Token;

/* --- cutting a text into tokens ----------------------------------------------------------------------------------- */

static const char *line_end(const char *c)
{
        const char *end = strchr(c, '\n');
        return end ? end + 1 : c + strlen(c);
}

static const char *word_end(const char *c)
{
        bool word = g_unichar_isalnum(g_utf8_get_char(c));
        do
                c = g_utf8_next_char(c);
        while (word && *c && g_unichar_isalnum(g_utf8_get_char(c)));
        return c;
}

static guint64 hash_of(const char *text, size_t bytes)
{
        guint64 hash = 1469598103934665603u; /* FNV-1a */
        for (size_t i = 0; i < bytes; i++)
                hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
        return hash;
}

static guint token_hash(gconstpointer token)
{
        return (guint)hash_of(((const Token *)token)->text, ((const Token *)token)->bytes);
}

static gboolean token_equal(gconstpointer a, gconstpointer b)
{
        const Token *one = a, *other = b;
        return one->bytes == other->bytes && memcmp(one->text, other->text, one->bytes) == 0;
}

/* Of what lies between two places; texts alike get the same number by way of `ids`. (transfer full) of Token */
static GArray *cut(const char *from, const char *to, const char *(*end_of)(const char *), GHashTable *ids)
{
        GArray *tokens = g_array_new(FALSE, FALSE, sizeof(Token));
        while (from < to) {
                const char *end = MIN(end_of(from), to);
                Token token = { .text = from, .bytes = (size_t)(end - from) };
                gpointer id = g_hash_table_lookup(ids, &token);
                if (!id) {
                        id = GUINT_TO_POINTER(g_hash_table_size(ids) + 1);
                        g_hash_table_insert(ids, g_memdup2(&token, sizeof token), id);
                }
                token.id = GPOINTER_TO_UINT(id);
                g_array_append_val(tokens, token);
                from = end;
        }
        return tokens;
}

/* --- Myers, "An O(ND) difference algorithm" ------------------------------------------------------------------------
 */

typedef struct {
        Token *a, *b;
        int n, m;
        GPtrArray *steps; /* of each number of changes: how far each diagonal reached */
} Search;

static int reach(const Search *s, const int *before, int d, int k)
{
        int x = k == -d || (k != d && before[k - 1] < before[k + 1]) ? before[k + 1] : before[k - 1] + 1;
        while (x < s->n && x - k < s->m && s->a[x].id == s->b[x - k].id)
                x++;
        return x;
}

/* How many changes lead to the end, −1: too many. */
static int search(Search *s)
{
        int wide = MIN(s->n + s->m, WAYS_MAX) + 2;
        g_autofree int *now = g_new0(int, 2 * (size_t)wide + 1);
        int *middle = now + wide;
        for (int d = 0; d < wide - 1; d++) {
                g_ptr_array_add(s->steps, g_memdup2(middle - d - 1, (2 * (size_t)d + 3) * sizeof(int)));
                for (int k = -d; k <= d; k += 2) {
                        if (k - d > s->n && k > s->n)
                                break;
                        middle[k] = reach(s, middle, d, k);
                        if (middle[k] >= s->n && middle[k] - k >= s->m)
                                return d;
                }
        }
        return -1;
}

static void keep_diagonal(Search *s, int from_x, int x, int k)
{
        for (int at = from_x; at < x; at++)
                s->a[at].kept = s->b[at - k].kept = true;
}

static void walk_back(Search *s, int changes)
{
        int x = s->n, y = s->m;
        for (int d = changes; d > 0; d--) {
                const int *before = (const int *)s->steps->pdata[d] + d + 1;
                int k = x - y;
                bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);
                int from_k = down ? k + 1 : k - 1, from_x = before[from_k];
                keep_diagonal(s, down ? from_x : from_x + 1, x, k);
                x = from_x;
                y = from_x - from_k;
        }
        keep_diagonal(s, 0, x, 0);
}

/* Marks what both have, in order. */
static void mark_kept(GArray *olds, GArray *news)
{
        Token *a = (Token *)olds->data, *b = (Token *)news->data;
        int n = (int)olds->len, m = (int)news->len;
        while (n > 0 && m > 0 && a->id == b->id) {
                a++->kept = b++->kept = true;
                n--, m--;
        }
        while (n > 0 && m > 0 && a[n - 1].id == b[m - 1].id)
                a[--n].kept = b[--m].kept = true;
        if (n == 0 || m == 0)
                return;
        Search s = { a, b, n, m, g_ptr_array_new_with_free_func(g_free) };
        int changes = search(&s);
        if (changes >= 0)
                walk_back(&s, changes);
        g_ptr_array_unref(s.steps);
}

/* --- lines, then words ---------------------------------------------------------------------------------------------
 */

typedef struct {
        GArray *olds, *news;
} Cut;

static void cut_clear(Cut *c)
{
        g_clear_pointer(&c->olds, g_array_unref);
        g_clear_pointer(&c->news, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Cut, cut_clear)

static Cut compare(const char *old, const char *old_end, const char *new, const char *new_end,
                   const char *(*end_of)(const char *))
{
        g_autoptr(GHashTable) ids = g_hash_table_new_full(token_hash, token_equal, g_free, NULL);
        Cut c = { cut(old, old_end, end_of, ids), cut(new, new_end, end_of, ids) };
        mark_kept(c.olds, c.news);
        return c;
}

static const Token *token_at(const GArray *tokens, guint i)
{
        return &g_array_index(tokens, Token, i);
}

/* The next lines from *i on that have no like on the other side: from here to there. */
static const char *changed_run(const GArray *tokens, guint *i, const char *start)
{
        const char *end = start;
        while (*i < tokens->len && !token_at(tokens, *i)->kept) {
                const Token *token = token_at(tokens, (*i)++);
                end = token->text + token->bytes;
        }
        return end;
}

typedef struct {
        void (*same)(gpointer to, const Token *line);
        void (*changed)(gpointer to, const char *old, const char *old_end, const char *new, const char *new_end);
} Reader;

static void read_changes(const char *old, const char *new, const Reader *reader, gpointer to)
{
        g_auto(Cut) c = compare(old, old + strlen(old), new, new + strlen(new), line_end);
        const char *old_at = old, *new_at = new;
        for (guint i = 0, j = 0; i < c.olds->len || j < c.news->len;) {
                const char *old_end = changed_run(c.olds, &i, old_at), *new_end = changed_run(c.news, &j, new_at);
                if (old_end > old_at || new_end > new_at)
                        reader->changed(to, old_at, old_end, new_at, new_end);
                old_at = old_end;
                new_at = new_end;
                if (i >= c.olds->len)
                        continue;
                reader->same(to, token_at(c.olds, i));
                old_at += token_at(c.olds, i++)->bytes;
                new_at += token_at(c.news, j++)->bytes;
        }
}

/* --- as an edit ----------------------------------------------------------------------------------------------------
 */

static int32_t characters(const Token *token)
{
        return (int32_t)g_utf8_strlen(token->text, (gssize)token->bytes);
}

static void edit_same(gpointer edit, const Token *line)
{
        edit_keep(edit, characters(line));
}

static void edit_changed(gpointer edit, const char *old, const char *old_end, const char *new, const char *new_end)
{
        g_auto(Cut) c = compare(old, old_end, new, new_end, word_end);
        for (guint i = 0, j = 0; i < c.olds->len || j < c.news->len;) {
                if (j < c.news->len && !token_at(c.news, j)->kept) {
                        edit_put(edit, token_at(c.news, j)->text, token_at(c.news, j)->bytes);
                        j++;
                } else if (!token_at(c.olds, i)->kept) {
                        edit_take(edit, characters(token_at(c.olds, i++)));
                } else {
                        edit_keep(edit, characters(token_at(c.olds, i++)));
                        j++;
                }
        }
}

Edit *notes_diff_edit(const char *old, const char *new)
{
        static const Reader reader = { edit_same, edit_changed };
        Edit *edit = edit_new();
        read_changes(old, new, &reader, edit);
        return edit;
}

/* --- as rows to read -----------------------------------------------------------------------------------------------
 */

static void piece_clear(gpointer piece)
{
        g_free(((DiffPiece *)piece)->text);
}

static void row_clear(gpointer row)
{
        g_clear_pointer(&((DiffRow *)row)->pieces, g_array_unref);
}

static DiffRow *row_add(GArray *rows, DiffKind kind)
{
        DiffRow row = { .kind = kind, .pieces = g_array_new(FALSE, TRUE, sizeof(DiffPiece)) };
        g_array_set_clear_func(row.pieces, piece_clear);
        g_array_append_val(rows, row);
        return &g_array_index(rows, DiffRow, rows->len - 1);
}

static void piece_add(DiffRow *row, const char *text, size_t bytes, bool changed)
{
        DiffPiece piece = { .text = g_strndup(text, bytes), .changed = changed };
        g_array_append_val(row->pieces, piece);
}

static void rows_same(gpointer rows, const Token *line)
{
        size_t bytes = line->bytes - (line->text[line->bytes - 1] == '\n');
        piece_add(row_add(rows, DIFF_SAME), line->text, bytes, false);
}

/* Words beside each other that are changed, or are not, are one piece. */
static void rows_of_side(GArray *rows, const GArray *words, DiffKind kind)
{
        DiffRow *row = NULL;
        for (guint i = 0; i < words->len;) {
                const Token *first = token_at(words, i++), *last = first;
                row = row ? row : row_add(rows, kind);
                if (*first->text == '\n') {
                        row = NULL;
                        continue;
                }
                while (i < words->len && token_at(words, i)->kept == first->kept && *token_at(words, i)->text != '\n')
                        last = token_at(words, i++);
                piece_add(row, first->text, (size_t)(last->text + last->bytes - first->text), !first->kept);
        }
}

static void rows_changed(gpointer rows, const char *old, const char *old_end, const char *new, const char *new_end)
{
        g_auto(Cut) c = compare(old, old_end, new, new_end, word_end);
        rows_of_side(rows, c.olds, DIFF_GONE);
        rows_of_side(rows, c.news, DIFF_NEW);
}

/* Whether a line alike stands beside a change. */
static bool is_near(const GArray *rows, guint at, int around)
{
        for (int step = -around; step <= around; step++) {
                gint64 other = (gint64)at + step;
                if (other >= 0 && other < rows->len && g_array_index(rows, DiffRow, other).kind != DIFF_SAME)
                        return true;
        }
        return false;
}

GArray *notes_diff_rows(const char *old, const char *new, int around)
{
        static const Reader reader = { rows_same, rows_changed };
        g_autoptr(GArray) all = g_array_new(FALSE, TRUE, sizeof(DiffRow));
        read_changes(old, new, &reader, all);
        GArray *shown = g_array_new(FALSE, TRUE, sizeof(DiffRow));
        g_array_set_clear_func(shown, row_clear);
        for (guint i = 0; i < all->len; i++) {
                DiffRow *row = &g_array_index(all, DiffRow, i);
                DiffRow *last = shown->len ? &g_array_index(shown, DiffRow, shown->len - 1) : NULL;
                if (is_near(all, i, around)) {
                        g_array_append_val(shown, *row);
                        continue;
                }
                row_clear(row);
                DiffRow skip = { .kind = DIFF_SAME, .skipped = 1 };
                if (last && last->skipped)
                        last->skipped++;
                else
                        g_array_append_val(shown, skip);
        }
        return shown;
}

/* --- two who changed one place ---------------------------------------------------------------------------------------
 */

typedef struct {
        int64_t from, to; /* characters of the text that both began with */
        GString *put;
} Change;

static void change_clear(gpointer change)
{
        g_string_free(((Change *)change)->put, TRUE);
}

static GArray *changes_of(const Edit *edit)
{
        GArray *changes = g_array_new(FALSE, TRUE, sizeof(Change));
        g_array_set_clear_func(changes, change_clear);
        int64_t at = 0;
        bool open = false;
        for (guint i = 0; i < edit->len; i++) {
                const EditPart *part = &g_array_index(edit, EditPart, i);
                if (!part->text && part->n > 2) { /* a space or two between changed words is part of the change */
                        at += part->n;
                        open = false;
                        continue;
                }
                if (!open && (part->text || part->n < 0)) {
                        Change change = { at, at, g_string_new("") };
                        g_array_append_val(changes, change);
                        open = true;
                }
                if (!part->text)
                        at += ABS(part->n);
                if (open) {
                        Change *change = &g_array_index(changes, Change, changes->len - 1);
                        change->to = at;
                        g_string_append(change->put, part->text ? part->text : part->n > 0 ? " " : "");
                }
        }
        return changes;
}

static void clash_clear(gpointer clash)
{
        g_free(((NoteClash *)clash)->mine);
        g_free(((NoteClash *)clash)->theirs);
}

GArray *notes_clashes(const Edit *mine, const Edit *theirs, guint most)
{
        GArray *clashes = g_array_new(FALSE, TRUE, sizeof(NoteClash));
        g_array_set_clear_func(clashes, clash_clear);
        g_autoptr(GArray) ours = changes_of(mine), others = changes_of(theirs);
        for (guint i = 0, j = 0; i < ours->len && j < others->len && clashes->len < most;) {
                const Change *a = &g_array_index(ours, Change, i), *b = &g_array_index(others, Change, j);
                if (a->from <= b->to && b->from <= a->to) {
                        NoteClash clash = { g_strdup(a->put->str), g_strdup(b->put->str) };
                        g_array_append_val(clashes, clash);
                }
                if (a->to < b->to)
                        i++;
                else
                        j++;
        }
        return clashes;
}
