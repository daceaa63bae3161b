/* What the store keeps of notes: edits in order, versions by pauses, the end of what is old, a person's data. */
#include "notes/notes_private.h"

#include "base/time.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
        Db *db;
        int64_t event, anna, bert, note;
} Fixture;

static int64_t make_account(Fixture *fixture, const char *name)
{
        return db_insert(fixture->db,
                         "INSERT INTO account(email, name, created_us) VALUES($1 || '@exemple.fr', $1, 1) RETURNING id",
                         "t", name);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        fixture->folder = g_dir_make_tmp("notes-XXXXXX", NULL);
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = fixture->db = store_write_begin(fixture->store, WRITE_PAGE);
        fixture->event = db_insert(db,
                                   "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
                                   "VALUES('nec', 'N', 'Europe/Paris', '2020-01-28', '2020-01-28', 1, 1) RETURNING id",
                                   NULL);
        fixture->anna = make_account(fixture, "Anna");
        fixture->bert = make_account(fixture, "Bert");
        fixture->note = note_make(db, fixture->event, fixture->anna, "Réunion");
        g_assert_cmpint(fixture->note, >, 0);
        g_assert_null(db_failed(db));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_autoptr(GError) error = NULL;
        store_write_end(fixture->store, fixture->db, true, &error);
        g_assert_no_error(error);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

/* Makes the note into this text. */
static void write_text(Fixture *fixture, int64_t account, const char *text, const char *nonce)
{
        g_autoptr(Note) note = note_find(fixture->db, fixture->event, fixture->note);
        g_autoptr(Edit) edit = notes_diff_edit(note->text, text);
        g_assert_true(note_keep_edit(fixture->db, note, account, nonce, edit, text, 0));
}

/* As if so long had passed since the last word. */
static void pass(Fixture *fixture, int64_t us)
{
        g_assert_true(db_run(fixture->db, "UPDATE note_version SET begun_us = begun_us - $1, ended_us = ended_us - $1",
                             "i", us));
}

static void test_versions(Fixture *fixture, gconstpointer data)
{
        write_text(fixture, fixture->anna, "Un", NULL);
        write_text(fixture, fixture->bert, "Un deux", NULL);
        g_autoptr(Note) note = note_find(fixture->db, fixture->event, fixture->note);
        g_assert_cmpstr(note->text, ==, "Un deux");
        g_autoptr(GPtrArray) one = note_versions(fixture->db, note, 9, 0);
        g_assert_cmpuint(one->len, ==, 1);
        g_assert_cmpstr(((NoteVersion *)one->pdata[0])->by, ==, "Anna, Bert");
        pass(fixture, 11 * MINUTE_US);
        write_text(fixture, fixture->bert, "Trois", NULL);
        g_autoptr(Note) later = note_find(fixture->db, fixture->event, fixture->note);
        g_autoptr(NoteVersion) first = note_version(fixture->db, later, 1), now = note_version(fixture->db, later, 2);
        g_assert_cmpstr(first->text, ==, "Un deux");
        g_assert_cmpstr(now->text, ==, "Trois");
        g_assert_true(now->is_now && !first->is_now);
        g_assert_cmpstr(now->by, ==, "Bert");
        g_assert_cmpint(note_version_before(fixture->db, later, 2), ==, 1);
        g_assert_null(note_version(fixture->db, later, 3));
        g_autoptr(Edit) back = notes_diff_edit(later->text, first->text);
        g_assert_true(note_keep_edit(fixture->db, later, fixture->anna, NULL, back, first->text, 1));
        g_autoptr(NoteVersion) third = note_version(fixture->db, later, 3);
        g_assert_cmpint(third->back_to, ==, 1);
        g_assert_cmpstr(third->text, ==, "Un deux");
}

static void test_changes(Fixture *fixture, gconstpointer data)
{
        write_text(fixture, fixture->anna, "a", "n1");
        write_text(fixture, fixture->bert, "a b", "n2");
        g_autoptr(Note) note = note_find(fixture->db, fixture->event, fixture->note);
        g_autoptr(GPtrArray) changes = note_changes(fixture->db, note, 1);
        g_assert_cmpuint(changes->len, ==, 1);
        const NoteChange *change = changes->pdata[0];
        g_assert_cmpstr(change->edit, ==, "[1,\" b\"]");
        g_assert_cmpstr(change->by, ==, "Bert");
        g_assert_cmpint(note_nonce_rev(fixture->db, note->id, "n1"), ==, 1);
        g_assert_cmpint(note_nonce_rev(fixture->db, note->id, "n3"), ==, 0);
        g_assert_cmpint(note_edits_lately(fixture->db, note, fixture->anna, 0), ==, 1);
        g_assert_null(note_changes(fixture->db, note, 3));
        g_assert_true(db_run(fixture->db, "DELETE FROM note_edit WHERE rev = 1", ""));
        g_assert_null(note_changes(fixture->db, note, 0));
}

static void test_old_go(Fixture *fixture, gconstpointer data)
{
        for (int n = 0; n < NOTE_VERSIONS_MAX + 2; n++) {
                g_autofree char *text = g_strdup_printf("%d", n);
                write_text(fixture, fixture->anna, text, NULL);
                pass(fixture, HOUR_US);
        }
        g_assert_cmpint(db_int(fixture->db, 0, "SELECT count(*) FROM note_version", ""), ==, NOTE_VERSIONS_MAX);
        g_autoptr(Note) note = note_find(fixture->db, fixture->event, fixture->note);
        g_autoptr(NoteVersion) oldest = note_version(fixture->db, note, 3);
        g_assert_cmpstr(oldest->text, ==, "2");
        g_assert_null(note_version(fixture->db, note, 2));
}

static void test_privacy(Fixture *fixture, gconstpointer data)
{
        write_text(fixture, fixture->anna, "a", NULL);
        write_text(fixture, fixture->bert, "ab", NULL);
        json_t *kept = notes_export(fixture->db, fixture->bert);
        g_assert_cmpuint(json_array_size(kept), ==, 1);
        const json_t *one = json_array_get(kept, 0);
        g_assert_cmpstr(json_string_value(json_object_get(one, "note")), ==, "Réunion");
        g_assert_cmpuint(json_array_size(json_object_get(one, "latest_edits")), ==, 1);
        json_decref(kept);
        g_assert_true(notes_erase(fixture->db, fixture->bert));
        json_t *none = notes_export(fixture->db, fixture->bert);
        g_assert_cmpuint(json_array_size(none), ==, 0);
        json_decref(none);
        g_autoptr(Note) note = note_find(fixture->db, fixture->event, fixture->note);
        g_assert_cmpstr(note->text, ==, "ab");
        g_assert_cmpstr(note->by, ==, "");
        g_assert_true(notes_expire(fixture->db)); /* the event was in 2020 */
        g_assert_cmpint(db_int(fixture->db, 0, "SELECT count(*) FROM note_author", ""), ==, 0);
        g_assert_cmpint(db_int(fixture->db, 0, "SELECT count(account_id) FROM note_edit", ""), ==, 0);
        g_assert_cmpint(db_int(fixture->db, 0, "SELECT count(*) FROM note_edit", ""), ==, 2);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/notes/" name, Fixture, NULL, set_up, test, tear_down)
        ADD("versions", test_versions);
        ADD("changes", test_changes);
        ADD("old-go", test_old_go);
        ADD("privacy", test_privacy);
        return g_test_run();
}
