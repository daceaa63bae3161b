#include "notes/notes_diff.h"

#include <string.h>

/* --- made up by chance
 * ------------------------------------------------------------------------------------------------ */

static const char *const words[] = { "salle ", "é", "\n", "  ", "l’accueil ", "😀", "# ", "x", "café\n", "– " };

static char *any_text(GRand *rand, int most)
{
        GString *text = g_string_new("");
        for (int n = g_rand_int_range(rand, 0, most + 1); n > 0; n--)
                g_string_append(text, words[g_rand_int_range(rand, 0, G_N_ELEMENTS(words))]);
        return g_string_free(text, FALSE);
}

/* Of a text: keeps, takes away, and puts in marks that say whose they are. */
static Edit *any_edit(GRand *rand, const char *text, const char *who, int *count, GPtrArray *marks)
{
        Edit *edit = edit_new();
        for (int32_t left = (int32_t)g_utf8_strlen(text, -1); left > 0 || g_rand_int_range(rand, 0, 3) == 0;) {
                int32_t n = left ? g_rand_int_range(rand, 1, MIN(left, 12) + 1) : 0;
                switch (g_rand_int_range(rand, 0, 4)) {
                case 0: {
                        char *mark = g_strdup_printf("<%s%d>", who, (*count)++);
                        edit_put(edit, mark, strlen(mark));
                        g_ptr_array_add(marks, mark);
                        break;
                }
                case 1:
                        edit_take(edit, n);
                        left -= n;
                        break;
                default:
                        edit_keep(edit, n);
                        left -= n;
                }
        }
        return edit;
}

static void expect_marks(const char *text, const GPtrArray *marks)
{
        for (guint i = 0; i < marks->len; i++)
                if (!strstr(text, marks->pdata[i]))
                        g_error("“%s” was lost in “%s”", (const char *)marks->pdata[i], text);
}

/* Three who all began with the same text: in whatever order the others' edits are put after the first one's, nothing
 * that was typed is lost, and what all took or left is as they did. */
static void test_converges(void)
{
        g_autoptr(GRand) rand = g_rand_new_with_seed(20261129);
        for (int round = 0; round < 3000; round++) {
                g_autofree char *text = any_text(rand, 40);
                int count = 0;
                g_autoptr(GPtrArray) marks = g_ptr_array_new_with_free_func(g_free);
                g_autoptr(Edit) a = any_edit(rand, text, "a", &count, marks);
                g_autoptr(Edit) b = any_edit(rand, text, "b", &count, marks);
                g_autoptr(Edit) c = any_edit(rand, text, "c", &count, marks);
                g_autofree char *one = edit_apply(a, text);
                g_autoptr(Edit) b_after = edit_after(b, a), c_after_a = edit_after(c, a);
                g_autofree char *two = edit_apply(b_after, one);
                g_autoptr(Edit) c_after = edit_after(c_after_a, b_after);
                g_autofree char *three = edit_apply(c_after, two);
                g_assert_nonnull(three);
                expect_marks(three, marks);
                /* b alone after a, and a alone before b, hold the same letters of the first text */
                g_autofree char *b_alone = edit_apply(b, text);
                g_autoptr(Edit) way = notes_diff_edit(b_alone, two);
                g_autofree char *led = edit_apply(way, b_alone);
                g_assert_cmpstr(led, ==, two);
        }
}

/* What somebody took away is gone, and what nobody took away stands, in its order. */
static void test_takes(void)
{
        g_autofree char *text = g_strdup("un deux trois quatre");
        g_autoptr(Edit) mine = edit_read("[3,-5,12]", 1000), theirs = edit_read("[8,\"et \",-6,6]", 1000);
        g_autoptr(Edit) after = edit_after(mine, theirs);
        g_autofree char *first = edit_apply(theirs, text), *both = edit_apply(after, first);
        g_assert_cmpstr(both, ==, "un et quatre");
        g_autoptr(Edit) other = edit_read("[3]", 1000);
        g_assert_null(edit_after(mine, other));
        g_assert_null(edit_apply(other, text));
}

static void test_same_place(void)
{
        g_autoptr(Edit) mine = edit_read("[2,\"moi\"]", 1000), theirs = edit_read("[2,\"eux\"]", 1000);
        g_autoptr(Edit) after = edit_after(mine, theirs);
        g_autofree char *first = edit_apply(theirs, "é "), *both = edit_apply(after, first);
        g_assert_cmpstr(both, ==, "é euxmoi");
}

static void test_read(void)
{
        static const char *const bad[] = { "",
                                           "{}",
                                           "[0]",
                                           "[1.5]",
                                           "[null]",
                                           "[\"\"]",
                                           "[\"\\u0000\"]",
                                           "[\"a\\rb\"]",
                                           "[99999999999]",
                                           "[\"12345678901\"]",
                                           "[[1]]" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                Edit *edit = edit_read(bad[i], 10);
                if (edit)
                        g_error("%s was read", bad[i]);
        }
        g_autoptr(Edit) edit = edit_read("[1,2,-1,\"é\",-2,\"b\",4]", 10);
        g_autofree char *written = edit_write(edit);
        g_assert_cmpstr(written, ==, "[3,\"éb\",-3,4]");
        g_assert_cmpint(edit_span(edit), ==, 10);
        g_autofree char *clean = note_text_clean("a\r\nb\rc\x01\td\x7f");
        g_assert_cmpstr(clean, ==, "a\nb\nc\td");
        g_assert_null(note_text_clean("\xff"));
}

/* --- comparing
 * --------------------------------------------------------------------------------------------------------- */

static void test_diff_any(void)
{
        g_autoptr(GRand) rand = g_rand_new_with_seed(7);
        for (int round = 0; round < 1500; round++) {
                g_autofree char *old = any_text(rand, 60), *new = any_text(rand, 60);
                g_autoptr(Edit) edit = notes_diff_edit(old, new);
                g_autofree char *led = edit_apply(edit, old);
                g_assert_cmpstr(led, ==, new);
        }
}

static void test_diff_little(void)
{
        g_autoptr(Edit) edit = notes_diff_edit("Un\nDeux mots ici\nTrois\n", "Un\nDeux phrases ici\nTrois\nQuatre\n");
        g_autofree char *written = edit_write(edit);
        g_assert_cmpstr(written, ==, "[8,\"phrases\",-4,11,\"Quatre\\n\"]");
}

/* Far apart, and large: it ends soon, with an edit that holds. */
static void test_diff_large(void)
{
        GString *old = g_string_new(""), *new = g_string_new("");
        for (int i = 0; i < 12000; i++) {
                g_string_append_printf(old, "ligne %d\n", i);
                g_string_append_printf(new, "%d rang\n", 3 * i);
        }
        gint64 begun = g_get_monotonic_time();
        g_autoptr(Edit) edit = notes_diff_edit(old->str, new->str);
        g_autofree char *led = edit_apply(edit, old->str);
        g_assert_cmpstr(led, ==, new->str);
        g_assert_cmpint(g_get_monotonic_time() - begun, <, 10 * G_USEC_PER_SEC);
        g_string_free(old, TRUE);
        g_string_free(new, TRUE);
}

static char *rows_text(const GArray *rows)
{
        GString *text = g_string_new("");
        for (guint i = 0; i < rows->len; i++) {
                const DiffRow *row = &g_array_index(rows, DiffRow, i);
                if (!row->pieces) {
                        g_string_append_printf(text, "…%d\n", row->skipped);
                        continue;
                }
                g_string_append_c(text, " -+"[row->kind]);
                for (guint j = 0; j < row->pieces->len; j++) {
                        const DiffPiece *piece = &g_array_index(row->pieces, DiffPiece, j);
                        g_string_append_printf(text, piece->changed ? "[%s]" : "%s", piece->text);
                }
                g_string_append_c(text, '\n');
        }
        return g_string_free(text, FALSE);
}

static void test_rows(void)
{
        g_autoptr(GArray) rows =
                notes_diff_rows("a\nb\nc\nNous venons lundi\ne", "a\nb\nc\nNous venons mardi soir\ne", 1);
        g_autofree char *text = rows_text(rows);
        g_assert_cmpstr(text, ==, "…2\n c\n-Nous venons [lundi]\n+Nous venons [mardi soir]\n e\n");
        g_autoptr(GArray) first = notes_diff_rows("", "x\n\ny", 1);
        g_autofree char *begun = rows_text(first);
        g_assert_cmpstr(begun, ==, "+[x]\n+\n+[y]\n");
        g_autoptr(GArray) none = notes_diff_rows("", "", 1);
        g_assert_cmpuint(none->len, ==, 0);
}

static void test_clashes(void)
{
        const char *old = "Salle A, lundi.\nLe reste.\n";
        g_autoptr(Edit) mine = notes_diff_edit(old, "Salle B, lundi.\nLe reste ?\n");
        g_autoptr(Edit) theirs = notes_diff_edit(old, "Salle C, lundi soir.\nLe reste.\n");
        g_autoptr(GArray) clashes = notes_clashes(mine, theirs, 9);
        g_assert_cmpuint(clashes->len, ==, 1);
        g_assert_cmpstr(g_array_index(clashes, NoteClash, 0).mine, ==, "B");
        g_assert_cmpstr(g_array_index(clashes, NoteClash, 0).theirs, ==, "C");
        g_autoptr(Edit) elsewhere = notes_diff_edit(old, "Salle A, lundi.\nLe reste.\nEt puis.\n");
        g_autoptr(GArray) none = notes_clashes(theirs, elsewhere, 9);
        g_assert_cmpuint(none->len, ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/notes-merge/converges", test_converges);
        g_test_add_func("/notes-merge/takes", test_takes);
        g_test_add_func("/notes-merge/same-place", test_same_place);
        g_test_add_func("/notes-merge/read", test_read);
        g_test_add_func("/notes-merge/diff-any", test_diff_any);
        g_test_add_func("/notes-merge/diff-little", test_diff_little);
        g_test_add_func("/notes-merge/diff-large", test_diff_large);
        g_test_add_func("/notes-merge/rows", test_rows);
        g_test_add_func("/notes-merge/clashes", test_clashes);
        return g_test_run();
}
