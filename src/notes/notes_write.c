/* Writing in a note: by edits of a page, by a form, or back to a version; one turn of the writer each, in which the
 * edit is put after all that were kept before it. */
#include "notes/notes_private.h"

#include "base/time.h"
#include "people/people.h"

#include <string.h>

#define EDITS_MAX 150 /* of an account in one note, in … */
#define EDITS_US (10 * SECOND_US)
#define CLASHES_MAX 20

static const struct {
        int status;
        const char *text;
} verdicts[] = {
#define NOTE_VERDICT_ROW(name, status, text) { status, text },
        NOTE_VERDICTS(NOTE_VERDICT_ROW)
#undef NOTE_VERDICT_ROW
};

int note_verdict_status(NoteVerdict verdict)
{
        return verdicts[verdict].status;
}

const char *note_verdict_text(NoteVerdict verdict)
{
        return verdicts[verdict].text;
}

/* After all that were kept since the rev that it was made on. */
static NoteVerdict after_changes(Db *db, const Note *note, const NoteAsk *ask, Edit **edit)
{
        g_autoptr(GPtrArray) changes = note_changes(db, note, ask->base);
        if (!changes)
                return NOTE_OLD;
        for (guint i = 0; i < changes->len; i++) {
                g_autoptr(Edit) before = edit_read(((const NoteChange *)changes->pdata[i])->edit, SIZE_MAX);
                Edit *after = before ? edit_after(*edit, before) : NULL;
                if (!after)
                        return NOTE_BAD;
                edit_free(*edit);
                *edit = after;
        }
        return NOTE_KEPT;
}

/* What a form changed, after what others changed since it was opened. */
static Edit *of_form(const Note *note, const NoteAsk *ask, GArray **ret_clashes)
{
        g_autoptr(Edit) mine = notes_diff_edit(ask->old, ask->text);
        g_autoptr(Edit) theirs = notes_diff_edit(ask->old, note->text);
        *ret_clashes = notes_clashes(mine, theirs, CLASHES_MAX);
        return edit_after(mine, theirs);
}

static NoteVerdict find_edit(Db *db, const Note *note, const NoteAsk *ask, Edit **ret_edit, GArray **ret_clashes)
{
        if (ask->back_to) {
                g_autoptr(NoteVersion) version = note_version(db, note, ask->back_to);
                *ret_edit = version ? notes_diff_edit(note->text, version->text) : NULL;
                return version ? NOTE_KEPT : NOTE_GONE;
        }
        if (ask->text) {
                *ret_edit = of_form(note, ask, ret_clashes);
                return *ret_edit ? NOTE_KEPT : NOTE_BAD;
        }
        *ret_edit = edit_read(ask->edit, NOTE_BYTES_MAX);
        return *ret_edit ? after_changes(db, note, ask, ret_edit) : NOTE_BAD;
}

typedef struct {
        Edit *edit;
        GArray *clashes;
        GArray *left; /* accounts that listen and may not */
        char *by;
        int64_t rev;
} Written;

static void written_clear(Written *written)
{
        g_clear_pointer(&written->edit, edit_free);
        g_clear_pointer(&written->clashes, g_array_unref);
        g_clear_pointer(&written->left, g_array_unref);
        g_free(written->by);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Written, written_clear)

static void find_left(Request *req, Db *db, Written *written)
{
        g_autoptr(GArray) listeners = notes_listeners(notes_of(req), request_event(req));
        written->left = g_array_new(FALSE, FALSE, sizeof(int64_t));
        for (guint i = 0; i < listeners->len; i++) {
                int64_t account = g_array_index(listeners, int64_t, i);
                if (!(people_rights(db, account, request_event(req)) & RIGHT_BIT(RIGHT_TEAM)))
                        g_array_append_val(written->left, account);
        }
        g_autoptr(Account) account = people_account(db, request_account(req));
        written->by = g_strdup(account ? account->name : "");
}

/* In the turn. */
static NoteVerdict write_in_turn(Request *req, Db *db, const NoteAsk *ask, Written *written)
{
        g_autoptr(Note) note = note_find(db, request_event(req), ask->note);
        if (!note)
                return NOTE_GONE;
        written->rev = ask->nonce ? note_nonce_rev(db, note->id, ask->nonce) : 0;
        if (written->rev)
                return NOTE_KNOWN;
        if (note->archived)
                return NOTE_AWAY;
        if (note_edits_lately(db, note, request_account(req), now_us() - EDITS_US) >= EDITS_MAX)
                return NOTE_FAST;
        NoteVerdict verdict = find_edit(db, note, ask, &written->edit, &written->clashes);
        g_autofree char *text = verdict == NOTE_KEPT ? edit_apply(written->edit, note->text) : NULL;
        if (!text)
                return verdict == NOTE_KEPT ? NOTE_BAD : verdict;
        if (strlen(text) > NOTE_BYTES_MAX)
                return NOTE_LONG;
        written->rev = note->rev;
        if (edit_is_nothing(written->edit) && !ask->edit)
                return NOTE_KNOWN;
        find_left(req, db, written);
        bool kept = note_keep_edit(db, note, request_account(req), ask->nonce, written->edit, text, ask->back_to);
        written->rev = note->rev;
        return kept ? NOTE_KEPT : NOTE_FAILED;
}

static json_t *edit_message(const NoteAsk *ask, const Written *written)
{
        g_autofree char *edit = edit_write(written->edit);
        return json_pack("{s:s, s:I, s:I, s:o, s:s?, s:s}", "t", "edit", "note", (json_int_t)ask->note, "rev",
                         (json_int_t)written->rev, "edit", json_loads(edit, 0, NULL), "nonce", ask->nonce, "by",
                         written->by);
}

NoteVerdict note_write(Request *req, const NoteAsk *ask, int64_t *ret_rev, GArray **ret_clashes)
{
        g_auto(Written) written = { 0 };
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(request_store(req), WRITE_ROOM);
        NoteVerdict verdict = write_in_turn(req, db, ask, &written);
        bool kept = store_write_end(request_store(req), db, verdict == NOTE_KEPT, &error);
        if (verdict == NOTE_KEPT && !kept)
                return NOTE_FAILED;
        if (verdict == NOTE_KEPT)
                notes_tell(notes_of(req), request_event(req), g_steal_pointer(&written.left),
                           edit_message(ask, &written));
        *ret_rev = written.rev;
        if (ret_clashes && written.clashes && written.clashes->len)
                *ret_clashes = g_steal_pointer(&written.clashes);
        return verdict;
}
