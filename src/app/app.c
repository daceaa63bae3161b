#include "app/app.h"
#include "app/job_kinds.h"
#include "app/jobs.h"
#include "app/recording.h"
#include "base/log.h"
#include "base/time.h"
#include "greenroom/greenroom.h"
#include "mail/mail.h"
#include "notes/notes.h"
#include "people/people.h"
#include "replay/replay.h"

#define PATIENCE_US (5 * MINUTE_US) /* for somebody to come back to a recording that a restart has interrupted */

struct App {
        Store *store;
        SocketLoop *sockets;
        Sfu *sfu;
        Recordings *recordings;
        ReplayMender *mender;
        Live *live;
        GreenRoom *green;
        Notes *notes;
        Server *server;
        MailSender *mail;
        AppConfig config;
        BackupPlan backup;
        JobRunner *runner;
        SlidesPainter *slides;
        UploadMaker *uploads;
        Jobs *jobs;
};

static Sfu *start_media(const AppConfig *config, GError **error)
{
        return sfu_start(&(SfuConfig){ .media_port = (uint16_t)config->media_port,
                                       .tcp_port = config->tcp_port,
                                       .advertised = config->advertised },
                         error);
}

static void say_where(const App *app)
{
        const Sfu *sfu = app->sfu;
        if (!sfu_tcp_port(sfu) && app->config.tcp_port != SFU_NO_TCP)
                log_warn("TCP port %u is another program's: whose network lets no UDP out will not hear the rooms",
                         sfu_media_port(sfu));
        log_info("serving %s media=udp/%u tcp/%u", server_origin(app->server), sfu_media_port(sfu), sfu_tcp_port(sfu));
}

static Server *start_pages(App *app, const AppConfig *config, GError **error)
{
        return server_start(&(ServerConfig){ .store = app->store,
                                             .sockets = app->sockets,
                                             .tables = app_routes,
                                             .port = config->port,
                                             .socket = config->socket,
                                             .behind_proxy = config->behind_proxy,
                                             .origin = config->origin,
                                             .demo = config->demo,
                                             .context = app,
                                             .rights = people_rights },
                            error);
}

App *app_start(const AppConfig *config, GError **error)
{
        App *app = g_new0(App, 1);
        app->store = store_open(config->folder, error);
        if (app->store)
                app->sfu = start_media(config, error);
        app->config = *config;
        app->backup = config->backup;
        if (app->sfu) {
                app->runner = job_kinds_start(app);
                app->slides = slides_painter_start(app->store);
                app->uploads = upload_maker_start(app->store);
                app->mender = replay_mender_start(app->store, PATIENCE_US, NULL);
                app->sockets = socket_loop_start();
                app->recordings =
                        recordings_new(app->store, app->sfu, app->sockets, app->mender, app->config.transcode_percent);
                const LiveHooks hooks = recordings_hooks(app->recordings);
                app->live = live_new(app->store, app->sockets, app->sfu, &hooks);
                live_set_turn(app->live, &app->config.turn);
                live_set_places(app->live, app->config.places, app->config.watchers);
                recordings_set_live(app->recordings, app->live);
                app->green = greenroom_new(app->sockets, app->sfu, app->live);
                app->notes = notes_new(app->sockets);
                app->server = start_pages(app, config, error);
        }
        if (app->server && config->relay)
                app->mail = mail_sender_start(app->store, &(MailRelay){ config->relay, config->mail_from }, error);
        if (!app->server || (config->relay && !app->mail)) {
                app_stop(app);
                return NULL;
        }
        app->jobs = jobs_start(&(JobsConfig){ app->store, server_origin(app->server), app->runner, &app->backup });
        say_where(app);
        return app;
}

void app_stop(App *app)
{
        if (!app)
                return;
        server_drain(app->server);
        live_goodbye(app->live);
        if (app->sockets)
                socket_loop_stop(app->sockets);
        server_stop(app->server);
        mail_sender_stop(app->mail);
        jobs_stop(app->jobs);
        job_runner_stop(app->runner);
        slides_painter_stop(app->slides);
        upload_maker_stop(app->uploads);
        replay_mender_stop(app->mender);
        live_stop(app->live);
        recordings_free(app->recordings); /* until here recorders tell live */
        replay_mender_free(app->mender);
        greenroom_free(app->green);
        notes_free(app->notes);
        live_free(app->live);
        sfu_stop(app->sfu);
        socket_loop_free(app->sockets);
        store_free(app->store);
        g_free(app);
}

Store *app_store(const App *app)
{
        return app->store;
}

Live *app_live(const App *app)
{
        return app->live;
}

Sfu *app_sfu(const App *app)
{
        return app->sfu;
}

const char *app_origin(const App *app)
{
        return server_origin(app->server);
}

JobRunner *app_job_runner(const App *app)
{
        return app->runner;
}

SlidesPainter *app_slides(const App *app)
{
        return app->slides;
}

UploadMaker *app_uploads(const App *app)
{
        return app->uploads;
}

const BackupPlan *app_backup_plan(const App *app)
{
        return &app->backup;
}

const AppConfig *app_config(const App *app)
{
        return &app->config;
}

uint64_t app_shared_pages(const App *app)
{
        return server_shared_pages(app->server);
}

SlidesPainter *slides_painter_of(const Request *req)
{
        return app_slides(request_context(req));
}

UploadMaker *upload_maker_of(const Request *req)
{
        return app_uploads(request_context(req));
}

Live *live_of(const Request *req)
{
        return app_live(request_context(req));
}

GreenRoom *greenroom_of(const Request *req)
{
        return ((const App *)request_context(req))->green;
}

Notes *notes_of(const Request *req)
{
        return ((const App *)request_context(req))->notes;
}
