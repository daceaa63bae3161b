/* One person's data, out of every feature or out of the world: the table of who keeps something. */
#include "law/law_store.h"

#include "base/time.h"
#include "greenroom/greenroom.h"
#include "live/live.h"
#include "mail/mail.h"
#include "notes/notes.h"
#include "people/people.h"
#include "programme/programme.h"
#include "registration/registration.h"
#include "slides/slides.h"
#include "replay/replay.h"
#include "upload/upload.h"

static json_t *mails_of(Db *db, int64_t account_id)
{
        g_autoptr(Account) account = people_account(db, account_id);
        return account ? mail_export(db, account->email) : NULL;
}

static bool forget_mails(Db *db, int64_t account_id)
{
        g_autoptr(Account) account = people_account(db, account_id);
        return !account || mail_erase(db, account->email);
}

/* people/ is the last: it holds the address that the others go by. */
static const struct {
        const char *name;
        json_t *(*export)(Db *db, int64_t account); /* NULL or empty: nothing is kept */
        bool (*erase)(Db *db, int64_t account);
        const char *holds; /* the part that an account is kept for; "*": any, "": none */
} FEATURES[] = {
        { "registration", registration_export, registration_erase, "*" },
        { "programme", programme_export, programme_erase, "persons" },
        { "live", live_export, live_erase, "*" },
        { "greenroom", greenroom_export, greenroom_erase, "" },
        { "notes", notes_export, notes_erase, "" },
        { "slides", slides_export, slides_erase, "" },
        { "replay", replay_export, replay_erase, "" },
        { "upload", upload_export, upload_erase, "" },
        { "mail", mails_of, forget_mails, "" },
        { "people", people_export, people_erase, "" },
};

static bool is_empty(const json_t *kept)
{
        return !kept || (json_is_array(kept) && json_array_size(kept) == 0) ||
               (json_is_object(kept) && json_object_size(kept) == 0);
}

json_t *law_export(Db *db, int64_t account)
{
        json_t *all = json_object();
        for (size_t i = 0; i < G_N_ELEMENTS(FEATURES); i++) {
                json_t *kept = FEATURES[i].export(db, account);
                if (is_empty(kept))
                        json_decref(kept);
                else
                        json_object_set_new(all, FEATURES[i].name, kept);
        }
        return all;
}

bool law_erase(Db *db, int64_t account_id)
{
        g_autoptr(Account) account = people_account(db, account_id);
        bool erased = account && !account->owner;
        for (size_t i = 0; erased && i < G_N_ELEMENTS(FEATURES); i++)
                erased = FEATURES[i].erase(db, account_id);
        return erased;
}

static bool is_held(Db *db, int64_t account)
{
        bool held = false;
        for (size_t i = 0; i < G_N_ELEMENTS(FEATURES) && !held; i++) {
                const char *part = FEATURES[i].holds;
                json_t *kept = *part ? FEATURES[i].export(db, account) : NULL;
                held = *part == '*' ? !is_empty(kept) : *part && json_object_get(kept, part);
                json_decref(kept);
        }
        return held;
}

bool law_expire(Db *db)
{
        size_t count = 0;
        int64_t account_us = 0, consent_us = 0;
        for (const Retention *row = law_retention(&count), *end = row + count; row < end; row++) {
                if (g_str_equal(row->key, "account"))
                        account_us = row->days * DAY_US;
                if (g_str_equal(row->key, "consent"))
                        consent_us = row->days * DAY_US;
        }
        bool done = law_expire_consents(db, now_us() - consent_us);
        g_autoptr(GArray) idle = law_idle_accounts(db, now_us() - account_us);
        for (guint i = 0; i < idle->len && done; i++) {
                int64_t account = g_array_index(idle, int64_t, i);
                done = is_held(db, account) || law_erase(db, account);
        }
        return done;
}
