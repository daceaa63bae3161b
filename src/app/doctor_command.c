#include "app/doctor_command.h"

#include "backup/backup.h"
#include "base/time.h"
#include "doctor/doctor.h"
#include "record/record.h"

#include <stdio.h>

static const Lang *language(const char *wish)
{
        const char *of_shell = g_getenv("LANG");
        g_autofree char *code = g_strndup(wish ? wish : of_shell ? of_shell : "", 2);
        const Lang *lang = lang_find(code);
        return lang ? lang : lang_find("en");
}

int doctor_command(const AppConfig *config, const char *lang)
{
        g_autofree char *recorder = recorder_program();
        DoctorSubject subject = { .folder = config->folder,
                                  .origin = config->origin,
                                  .relay = config->relay,
                                  .mail_from = config->mail_from,
                                  .advertised = config->advertised,
                                  .media_port = config->media_port,
                                  .socket = config->socket,
                                  .backup_us = backup_last(config->folder, NULL),
                                  .recorder = recorder,
                                  .now_us = now_us() };
        g_autoptr(GArray) findings = doctor_run(&subject, language(lang));
        for (guint i = 0; i < findings->len; i++) {
                g_autofree char *line = finding_line(&g_array_index(findings, Finding, i));
                puts(line);
        }
        return findings_worst(findings) == DOCTOR_FAIL ? 1 : 0;
}
