#include "app/demo.h"
#include "app/sample_media.h"
#include "app/sample_recording.h"
#include "base/log.h"
#include "base/time.h"
#include "people/people.h"
#include "picture/picture.h"
#include "programme/programme.h"
#include "store/embedded.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLUG "nec-sud-charente"
#define STAGE "grande-scene"
#define LIVE_TITLE "Le métier de médiateur numérique" /* the session that is live */
#define STARTED_US (10 * MINUTE_US)                   /* so long ago */
#define STEP_US (5 * MINUTE_US)                       /* hours stay round */
#define SPEAKERS 2
#define EARLIER_TITLE "Quelles sont les stratégies" /* the session that has a replay, and an audience */
#define REPLAY_FOLDER "sample"
#define REPLAY_SECONDS 60

extern const EmbeddedText sample_texts[];

struct Demo {
        SampleMaker *replay; /* of the earlier session, while it is made; NULL: it was there */
        GPid speakers;       /* 0: not running */
};

static const char *const speaker_names[SPEAKERS] = { "Personne exemple 8", "Personne exemple 9" };

/* --- the event --------------------------------------------------------------------------------------------------- */

/* The sample goes the way of every programme: through the importer. */
static bool import_sample(Store *store, GError **error)
{
        g_autofree char *path = g_build_filename(store_folder(store), "sample.xml", NULL);
        if (!g_file_set_contents(path, sample_texts[0].text, -1, error))
                return false;
        FILE *quiet = fopen("/dev/null", "w");
        int status = programme_import_command(store, &(ImportCommand){ .path = path, .slug = SLUG, .publish = true },
                                              lang_default(), quiet);
        fclose(quiet);
        g_unlink(path);
        if (status != 0)
                g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "the sample programme could not be imported");
        return status == 0;
}

static void replace(char **text, const char *with)
{
        g_free(*text);
        *text = g_strdup(with);
}

/* What schedule.xml has no place for. */
static bool dress(Db *db, Event *event)
{
        replace(&event->subtitle, "Deux journées ouvertes, gratuites, en ligne");
        replace(&event->lead,
                "Élus, associations et réseaux locaux présentent des stratégies que d’autres peuvent reprendre. "
                "Parole libre, formats simples.");
        replace(&event->description,
                "L’accès au numérique repose sur trois pieds : les infrastructures, l’équipement et les usages. Chacun "
                "y "
                "travaille dans son coin de territoire. Nous ouvrons une scène pour que ces actions se connaissent, du "
                "local "
                "à l’Europe, et qu’elles se recopient.\n\nLes organisateurs restent en retrait : la parole est aux "
                "acteurs. "
                "Tout est enregistré avec l’accord de chaque intervenant, puis publié sous licence libre.\n");
        replace(&event->place, "En ligne");
        replace(&event->organiser, "Association exemple, 9 salariés, Sud Charente");
        replace(&event->contact, "contact@example.org");
        event->sample = true;
        return conference_save(db, event);
}

/* How far the programme must move for its session to have begun a little while ago; 0 when its time is now. */
static int64_t distance_us(Db *db, const Event *event, const EventRoom *stage)
{
        int64_t now = now_us();
        g_autoptr(Talk) now_on = talk_in_room(db, stage->id, now + MINUTE_US);
        if (now_on)
                return 0;
        g_autoptr(Talk) session = programme_talk_titled(db, event->id, LIVE_TITLE);
        if (!session)
                return 0;
        int64_t wanted_us = (now - STARTED_US) / STEP_US * STEP_US;
        return wanted_us - session->start_us;
}

enum { LOGO_EVENT, LOGO_FUNDER, LOGO_HOST, LOGOS };

/* Through the child, as every picture; one that cannot be made is left out. */
static void take_logos(Store *store, PictureDraft **ret_logos)
{
        const struct {
                const uint8_t *bytes;
                size_t size;
        } files[LOGOS] = { [LOGO_EVENT] = { sample_logo, sample_logo_size },
                           [LOGO_FUNDER] = { sample_funder, sample_funder_size },
                           [LOGO_HOST] = { sample_host, sample_host_size } };
        for (int i = 0; i < LOGOS; i++) {
                const char *fault = NULL;
                g_autoptr(GBytes) bytes = g_bytes_new_static(files[i].bytes, files[i].size);
                ret_logos[i] = picture_take_bytes(store, bytes, &fault);
                if (fault)
                        log_warn("sample logo: %s", fault);
        }
}

static const struct {
        const char *name, *level, *url;
        int logo; /* LOGOS: none */
} sample_partners[] = {
        { "Association exemple", "organises", "", LOGOS },
        { "Numérique en Communs", "labels", "https://numerique-en-communs.fr/", LOGOS },
        { "Programme transnational exemple", "funds", "https://example.org/", LOGO_FUNDER },
        { "Tiers-lieu exemple", "hosts", "https://example.org/", LOGO_HOST },
};

static bool furnish(Db *db, const Event *event, PictureDraft *const *logos)
{
        int64_t logo = logos[LOGO_EVENT] ? picture_keep(db, event->id, logos[LOGO_EVENT]) : 0;
        bool kept = conference_set_look(db, event->id, event->theme, "", logo);
        for (size_t i = 0; kept && i < G_N_ELEMENTS(sample_partners); i++) {
                g_autoptr(Partner) partner = g_new0(Partner, 1);
                int of = sample_partners[i].logo;
                partner->name = g_strdup(sample_partners[i].name);
                partner->level = g_strdup(sample_partners[i].level);
                partner->url = g_strdup(sample_partners[i].url);
                partner->picture = of < LOGOS && logos[of] ? picture_keep(db, event->id, logos[of]) : 0;
                kept = conference_keep_partner(db, event->id, partner);
        }
        return kept;
}

static bool prepare(Db *db, PictureDraft *const *logos, char **ret_keys)
{
        g_autoptr(Event) event = conference_find(db, SLUG);
        g_autoptr(EventRoom) stage = event ? conference_room(db, event->id, STAGE) : NULL;
        if (!stage)
                return false;
        if (!event->sample && !(dress(db, event) && furnish(db, event, logos)))
                return false;
        int64_t by_us = distance_us(db, event, stage);
        if (by_us && !programme_move(db, event, by_us))
                return false;
        g_autoptr(Talk) earlier = programme_talk_titled(db, event->id, EARLIER_TITLE);
        if (earlier && earlier->room &&
            !live_sample_audience(db, earlier->room, earlier->id, earlier->start_us, earlier->end_us))
                return false;
        for (int i = 0; i < SPEAKERS; i++)
                ret_keys[i] = live_sample_speaker(db, stage->id, speaker_names[i]);
        return true;
}

/* --- the speakers ------------------------------------------------------------------------------------------------ */

/* treteau-load lies beside the program in the build, and where it is installed. */
static char *load_program(void)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
        const char *const places[] = { "treteau-load", "load/treteau-load" };
        for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = g_build_filename(folder, places[i], NULL);
                if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
                        return g_steal_pointer(&path);
        }
        return NULL;
}

/* In a group of its own, so that Ctrl-C in the terminal reaches it through us alone. */
static void own_group(gpointer data)
{
        setpgid(0, 0);
}

static GPid start_speakers(App *app, char *const *keys)
{
        g_autofree char *program = load_program();
        if (!program) {
                log_warn("no treteau-load: the stage stays empty until somebody takes it");
                return 0;
        }
        const char *const arguments[] = { program,  "speakers", "--url",  app_origin(app),  "--event", SLUG,
                                          "--room", STAGE,      "--key",  keys[0],          "--name",  speaker_names[0],
                                          "--key",  keys[1],    "--name", speaker_names[1], NULL };
        GPid pid = 0;
        g_autoptr(GError) error = NULL;
        GSpawnFlags flags = G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL;
        if (!g_spawn_async(NULL, (char **)arguments, NULL, flags, own_group, NULL, &pid, &error))
                log_warn("the sample speakers do not start: %s", error->message);
        return pid;
}

/* --- the replay -------------------------------------------------------------------------------------------------- */

static SampleMaker *start_replay(Store *store)
{
        g_autofree char *path = replay_folder_path(store, REPLAY_FOLDER);
        if (g_file_test(path, G_FILE_TEST_EXISTS))
                return NULL;
        Db *db = store_read_begin(store);
        g_autoptr(Event) event = conference_find(db, SLUG);
        g_autoptr(Talk) talk = event ? programme_talk_titled(db, event->id, EARLIER_TITLE) : NULL;
        store_read_end(store, db);
        if (!talk)
                return NULL;
        return sample_maker_start(store, &(SampleRecording){ .of = { .event = event->id,
                                                                     .talk = talk->id,
                                                                     .folder = REPLAY_FOLDER,
                                                                     .title = talk->title,
                                                                     .started_us = talk->start_us },
                                                             .seconds = REPLAY_SECONDS });
}

Demo *demo_start(App *app, GError **error)
{
        Store *store = app_store(app);
        Db *reader = store_read_begin(store);
        g_autoptr(Event) event = conference_find(reader, SLUG);
        store_read_end(store, reader);
        if (!event && !import_sample(store, error))
                return NULL;
        char *keys[SPEAKERS] = { NULL };
        PictureDraft *logos[LOGOS] = { NULL };
        if (!event)
                take_logos(store, logos);
        Db *db = store_write_begin(store, WRITE_JOB);
        bool keep = prepare(db, logos, keys);
        Demo *demo = store_write_end(store, db, keep, error) && keep ? g_new0(Demo, 1) : NULL;
        if (demo) {
                demo->speakers = start_speakers(app, keys);
                demo->replay = start_replay(store);
        }
        if (!demo && error && !*error)
                g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "the sample event could not be made");
        for (int i = 0; i < SPEAKERS; i++)
                g_free(keys[i]);
        for (int i = 0; i < LOGOS; i++)
                picture_draft_free(logos[i]);
        return demo;
}

void demo_stop(Demo *demo)
{
        if (!demo)
                return;
        sample_maker_free(demo->replay);
        if (demo->speakers) {
                kill(demo->speakers, SIGTERM);
                waitpid(demo->speakers, NULL, 0);
        }
        g_free(demo);
}

char *demo_link(App *app, GError **error)
{
        return people_link_for_owner(app_store(app), "organisation@example.org", app_origin(app), "/" SLUG "/organise/",
                                     error);
}
