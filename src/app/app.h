/* The whole server put together: store, sockets, media, pages. Only app/ includes this. */
#pragma once
#include "job/job.h"
#include "live/live.h"
#include "slides/slides.h"
#include "store/db.h"
#include "upload/upload.h"
#include "web/server.h"

/* Backups by themselves and by hand go to one place. */
typedef struct {
        const char *to, *key_file; /* NULL: backups/ of the data folder, not encrypted */
        int hours;                 /* between two that the server makes by itself; 0: none */
} BackupPlan;

typedef struct {
        const char *folder;    /* data folder */
        int port, media_port;  /* 0: free */
        int tcp_port;          /* of media; 0: that of UDP, SFU_NO_TCP: none */
        int transcode_percent; /* of one core, for pictures in VP8 that are recorded; -1: a quarter of the machine */
        LiveTurn turn;
        int places, watchers;          /* of a room: live_set_places(); −1: as usual */
        const char *socket;            /* a Unix socket instead of the port */
        bool behind_proxy;             /* nginx is on that socket */
        const char *origin;            /* NULL: http://127.0.0.1:PORT */
        const char *const *advertised; /* media addresses told to browsers; NULL: every local one */
        const char *relay;             /* SMTP; NULL: mails wait in the outbox */
        const char *mail_from;         /* whose mails they are; asked for with a relay */
        BackupPlan backup;
        const char *transcribe; /* a command that makes a transcript; NULL: none */
        bool demo;
} AppConfig;

typedef struct App App;

App *app_start(const AppConfig *config, GError **error);
Store *app_store(const App *app);
Live *app_live(const App *app);
Sfu *app_sfu(const App *app);
const char *app_origin(const App *app);
JobRunner *app_job_runner(const App *app);
SlidesPainter *app_slides(const App *app);
UploadMaker *app_uploads(const App *app);
const BackupPlan *app_backup_plan(const App *app);
/* As it was given to app_start(), whose strings must live as long. */
const AppConfig *app_config(const App *app);
uint64_t app_shared_pages(const App *app);
/* Rooms are told to come back, requests in flight end, what is recorded is finished. */
void app_stop(App *app);

/* Every feature's route table. */
extern const Route *const app_routes[];
