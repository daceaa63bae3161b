#include "app/app.h"
#include "app/jobs.h"
#include "base/log.h"
#include "mail/mail.h"
#include "people/people.h"

struct App {
        Store *store;
        SocketLoop *sockets;
        Server *server;
        MailSender *mail;
        Jobs *jobs;
};

static Server *start_pages(App *app, const AppConfig *config, GError **error)
{
        return server_start(&(ServerConfig){ .store = app->store,
                                             .sockets = app->sockets,
                                             .tables = app_routes,
                                             .port = config->port,
                                             .origin = config->origin,
                                             .demo = config->demo,
                                             .context = app,
                                             .may = people_may },
                            error);
}

App *app_start(const AppConfig *config, GError **error)
{
        App *app = g_new0(App, 1);
        app->store = store_open(config->folder, error);
        if (app->store) {
                app->jobs = jobs_start(app->store);
                app->sockets = socket_loop_start();
                app->server = start_pages(app, config, error);
        }
        if (!app->server) {
                app_stop(app);
                return NULL;
        }
        if (config->relay)
                app->mail = mail_sender_start(app->store, &(MailRelay){ .url = config->relay });
        log_info("serving %s", server_origin(app->server));
        return app;
}

void app_stop(App *app)
{
        if (!app)
                return;
        server_stop(app->server);
        mail_sender_stop(app->mail);
        jobs_stop(app->jobs);
        if (app->sockets)
                socket_loop_stop(app->sockets);
        socket_loop_free(app->sockets);
        store_free(app->store);
        g_free(app);
}

Store *app_store(const App *app)
{
        return app->store;
}

const char *app_origin(const App *app)
{
        return server_origin(app->server);
}
