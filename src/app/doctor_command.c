#include "app/doctor_command.h"

#include "backup/backup.h"
#include "base/time.h"
#include "doctor/doctor.h"
#include "live/live.h"
#include "record/record.h"

#include <stdio.h>

#define TURN_GOOD_FOR_US (10 * MINUTE_US)

static const Lang *language(const char *wish)
{
        const char *of_shell = g_getenv("LANG");
        g_autofree char *code = g_strndup(wish ? wish : of_shell ? of_shell : "", 2);
        const Lang *lang = lang_find(code);
        return lang ? lang : lang_find("en");
}

static GArray *findings_of(const AppConfig *config, const char *origin, int media_port, int tcp_port, const Lang *lang)
{
        g_autofree char *recorder = recorder_program();
        g_autofree char *turn_user =
                g_strdup_printf("%" G_GINT64_FORMAT ":doctor", (now_us() + TURN_GOOD_FOR_US) / SECOND_US);
        g_autofree char *turn_password = config->turn.urls ? live_turn_password(config->turn.secret, turn_user) : NULL;
        DoctorSubject subject = { .folder = config->folder,
                                  .origin = origin,
                                  .relay = config->relay,
                                  .mail_from = config->mail_from,
                                  .advertised = config->advertised,
                                  .media_port = media_port,
                                  .tcp_port = tcp_port,
                                  .turn_urls = config->turn.urls,
                                  .turn_user = turn_user,
                                  .turn_password = turn_password,
                                  .socket = config->socket,
                                  .backup_us = backup_last(config->folder, NULL),
                                  .recorder = recorder,
                                  .now_us = now_us() };
        return doctor_run(&subject, lang);
}

int doctor_command(const AppConfig *config, const char *lang)
{
        g_autoptr(GArray) findings =
                findings_of(config, config->origin, config->media_port,
                            config->tcp_port ? config->tcp_port : config->media_port, language(lang));
        for (guint i = 0; i < findings->len; i++) {
                g_autofree char *line = finding_line(&g_array_index(findings, Finding, i));
                puts(line);
        }
        return findings_worst(findings) == DOCTOR_FAIL ? 1 : 0;
}

static void show_doctor(Request *req, Db *db)
{
        const App *app = request_context(req);
        const Lang *lang = request_lang(req);
        g_autoptr(GArray) findings =
                findings_of(app_config(app), request_origin(req), sfu_media_port(app_sfu(app)),
                            sfu_tcp_port(app_sfu(app)) ? sfu_tcp_port(app_sfu(app)) : SFU_NO_TCP, lang);
        Html *h = page_begin(req, &(Page){ .title = tr(lang, "How the server is"), .no_index = true });
        doctor_view(h, &(DoctorPage){ findings });
        page_end(req, h, 200);
}

const Route doctor_routes[] = {
        { GET, "/admin/doctor/", show_doctor, RIGHT_OWNER, 0, "What is wrong with the server", N_("How the server is"),
          N_("Disk, mail, certificate, ports, clock, backup: what is wrong, and what to do.") },
        { 0 },
};
