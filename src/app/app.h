/* The whole server put together: store, sockets, media, pages. Only app/ includes this. */
#pragma once
#include "live/live.h"
#include "store/db.h"
#include "web/server.h"

typedef struct {
        const char *folder;            /* data folder */
        int port, media_port;          /* 0: free */
        const char *socket;            /* a Unix socket instead of the port */
        bool behind_proxy;             /* nginx is on that socket */
        const char *origin;            /* NULL: http://127.0.0.1:PORT */
        const char *const *advertised; /* media addresses told to browsers; NULL: every local one */
        const char *relay;             /* SMTP; NULL: mails wait in the outbox */
        const char *mail_from;         /* whose mails they are; asked for with a relay */
        bool demo;
} AppConfig;

typedef struct App App;

App *app_start(const AppConfig *config, GError **error);
Store *app_store(const App *app);
Live *app_live(const App *app);
Sfu *app_sfu(const App *app);
const char *app_origin(const App *app);
/* Rooms are told to come back, requests in flight end, what is recorded is finished. */
void app_stop(App *app);

/* Every feature's route table. */
extern const Route *const app_routes[];
