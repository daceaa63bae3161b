#include "doctor/doctor_rules.h"
#include "base/time.h"

#include <sys/stat.h>

#define FREE_FAIL_BYTES (UINT64_C(200) << 20)
#define FREE_WARN_BYTES (UINT64_C(5) << 30) /* a day of recording in one room is about 8 GB */
#define INODES_WARN 10000
#define CERTIFICATE_FAIL_DAYS 3
#define CERTIFICATE_WARN_DAYS 20 /* certbot renews 30 days before */
#define SKEW_WARN_US (5 * SECOND_US)
#define BACKUP_WARN_US (2 * DAY_US)
#define FILES_WANTED 16384
#define BUFFER_WANTED (UINT64_C(4) << 20) /* as sfu/port.c asks for: a burst of key frames to a full room */

/* what and advice: (transfer full) */
static void add(GArray *findings, DoctorLevel level, char *what, const char *advice)
{
        Finding finding = { level, what, level == DOCTOR_OK ? NULL : g_strdup(advice) };
        g_array_append_val(findings, finding);
}

static double gigabytes(uint64_t bytes)
{
        return (double)bytes / 1e9;
}

void rule_disk(GArray *findings, const Lang *lang, const char *folder, const DiskFacts *facts)
{
        if (!facts->exists || !facts->is_folder) {
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "data folder %s: there is none"), folder),
                    tr(lang, "correct “data” in the configuration, or start the server once: it makes the folder"));
                return;
        }
        if (!facts->writable)
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "data folder %s: nothing can be written"), folder),
                    tr(lang, "run this as the server's user; then give it the folder: chown -R treteau FOLDER"));
        DoctorLevel level = facts->free_bytes < FREE_FAIL_BYTES   ? DOCTOR_FAIL
                            : facts->free_bytes < FREE_WARN_BYTES ? DOCTOR_WARN
                                                                  : DOCTOR_OK;
        add(findings, level,
            g_strdup_printf(tr(lang, "disk: %.1f GB free of %.1f GB"), gigabytes(facts->free_bytes),
                            gigabytes(facts->total_bytes)),
            tr(lang, "make room, or move the data to a larger disk: an hour of recording takes about 1 GB"));
        if (facts->total_inodes && facts->free_inodes < INODES_WARN)
                add(findings, facts->free_inodes < 100 ? DOCTOR_FAIL : DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "disk: only %llu more files fit"), (unsigned long long)facts->free_inodes),
                    tr(lang, "remove files that are not needed, or move the data to another disk"));
}

void rule_store(GArray *findings, const Lang *lang, bool there, const char *fault, bool newer)
{
        if (!there)
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "database: not there yet")),
                    tr(lang, "start the server: it makes it"));
        else if (newer)
                add(findings, DOCTOR_FAIL, g_strdup(tr(lang, "database: a newer program has written it")),
                    tr(lang, "install the newer version again: tools/install"));
        else if (fault)
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "database: damaged (%s)"), fault),
                    tr(lang,
                       "stop the server, keep a copy of the folder, and restore the last backup: treteau restore"));
        else
                add(findings, DOCTOR_OK, g_strdup(tr(lang, "database: whole")), NULL);
}

void rule_key(GArray *findings, const Lang *lang, bool there, unsigned mode)
{
        if (there && (mode & (S_IRWXG | S_IRWXO)))
                add(findings, DOCTOR_FAIL, g_strdup(tr(lang, "secret.key: others may read it")),
                    tr(lang, "in the data folder: chmod 600 secret.key"));
}

void rule_mail(GArray *findings, const Lang *lang, const char *relay, bool sender_is_sound, const char *reason)
{
        if (!relay) {
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "mail: no relay; mails wait")),
                    tr(lang, "write [mail] relay, user, password and from into the configuration: without mail nobody "
                             "can sign in"));
                return;
        }
        if (!sender_is_sound)
                add(findings, DOCTOR_FAIL, g_strdup(tr(lang, "mail: the address that mails come from is none")),
                    tr(lang, "write [mail] from into the configuration"));
        if (reason)
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "mail: the relay does not take us (%s)"), reason),
                    tr(lang, "check [mail] relay, port, user and password, and that the firewall lets this go out"));
        else
                add(findings, DOCTOR_OK, g_strdup(tr(lang, "mail: the relay answers and takes our name")), NULL);
}

static void add_certificate(GArray *findings, const Lang *lang, int64_t until_us, int64_t now_us)
{
        int days = (int)((until_us - now_us) / DAY_US);
        DoctorLevel level = days < CERTIFICATE_FAIL_DAYS   ? DOCTOR_FAIL
                            : days < CERTIFICATE_WARN_DAYS ? DOCTOR_WARN
                                                           : DOCTOR_OK;
        add(findings, level,
            g_strdup_printf(
                    tr_n(lang, "certificate: %d day left", "certificate: %d days left", (unsigned long)MAX(days, 0)),
                    days),
            tr(lang, "renew it: certbot renew; and see that its timer runs: systemctl list-timers certbot.timer"));
}

void rule_origin(GArray *findings, const Lang *lang, const char *origin, const OriginFacts *facts, int64_t now_us)
{
        if (!facts->reached) {
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "%s: no answer (%s)"), origin, facts->reason),
                    tr(lang,
                       "is nginx running (systemctl status nginx), does the name lead here (DNS), and is TCP port "
                       "443 open?"));
                return;
        }
        if (!facts->trusted)
                add(findings, DOCTOR_FAIL,
                    g_strdup_printf(tr(lang, "certificate: browsers refuse it (%s)"), facts->reason),
                    tr(lang, "get one for exactly this name: certbot certonly --webroot -w /var/www/html -d NAME"));
        if (facts->status == 200)
                add(findings, DOCTOR_OK, g_strdup_printf(tr(lang, "%s: answers"), origin), NULL);
        else
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "%s: answers %ld"), origin, facts->status),
                    tr(lang,
                       "is the server running (systemctl status treteau), and do nginx and the configuration name "
                       "the same socket?"));
        if (facts->until_us)
                add_certificate(findings, lang, facts->until_us, now_us);
}

void rule_media_port(GArray *findings, const Lang *lang, int port, bool taken, bool allowed)
{
        if (!port)
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "sound and picture: another UDP port at each start")),
                    tr(lang, "write [media] port into the configuration, and open it in the firewall"));
        else if (!allowed)
                add(findings, DOCTOR_FAIL,
                    g_strdup_printf(tr(lang, "sound and picture: UDP port %d may not be used"), port),
                    tr(lang, "take a port above 1023"));
        else if (!taken)
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "sound and picture: nobody listens on UDP port %d"), port),
                    tr(lang, "start the server: systemctl start treteau"));
        else
                add(findings, DOCTOR_OK,
                    g_strdup_printf(
                            tr(lang, "sound and picture: UDP port %d is listened on; the firewall must let it in"),
                            port),
                    NULL);
}

void rule_tcp_port(GArray *findings, const Lang *lang, int port, bool taken)
{
        if (port < 0)
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "sound and picture: no TCP port")),
                    tr(lang, "whose network lets no UDP out will not hear the rooms: write a number that no other "
                             "program has into "
                             "[media] tcp-port, and open it in the firewall"));
        else if (port > 0 && !taken)
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "sound and picture: nobody listens on TCP port %d"), port),
                    tr(lang, "start the server: systemctl start treteau"));
        else if (port > 0)
                add(findings, DOCTOR_OK,
                    g_strdup_printf(
                            tr(lang, "sound and picture: TCP port %d is listened on; the firewall must let it in"),
                            port),
                    NULL);
}

void rule_advertised(GArray *findings, const Lang *lang, const char *address, bool local, int port)
{
        if (local)
                add(findings, DOCTOR_OK, g_strdup_printf(tr(lang, "sound and picture: %s is ours"), address), NULL);
        else
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "sound and picture: %s is no address of this machine"), address),
                    port ? tr(lang, "right behind a router that passes the UDP port on to this machine; else correct "
                                    "[media] advertise")
                         : tr(lang, "correct [media] advertise"));
}

void rule_no_public_address(GArray *findings, const Lang *lang)
{
        add(findings, DOCTOR_WARN, g_strdup(tr(lang, "sound and picture: this machine has no public address")),
            tr(lang, "write the address that the Internet sees into [media] advertise, or none may hear the rooms from "
                     "outside"));
}

void rule_turn(GArray *findings, const Lang *lang, const char *url, TurnFault fault, const char *reason)
{
        switch (fault) {
        case TURN_TAKEN:
                add(findings, DOCTOR_OK, g_strdup_printf(tr(lang, "%s: relays, and takes our passwords"), url), NULL);
                return;
        case TURN_UNREACHED:
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "%s: cannot be reached (%s)"), url, reason),
                    tr(lang, "start coturn (systemctl restart coturn), let its port through the firewall, and see that "
                             "its certificate is of this name; or take the address out of [media] turn"));
                return;
        case TURN_REFUSED:
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "%s: does not take our passwords"), url),
                    tr(lang, "write the same words behind turn-secret in the configuration and static-auth-secret in "
                             "/etc/turnserver.conf, restart both, and see that both clocks are right"));
                return;
        case TURN_FULL:
                add(findings, DOCTOR_WARN, g_strdup_printf(tr(lang, "%s: has no relay left"), url),
                    tr(lang, "raise total-quota, or the range of ports, in /etc/turnserver.conf"));
                return;
        case TURN_STRANGE:
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "%s: is not a TURN server of use"), url),
                    tr(lang, "write turn:HOST:PORT?transport=udp, …tcp or turns:HOST:PORT, as coturn listens"));
                return;
        }
}

void rule_clock(GArray *findings, const Lang *lang, bool kept, int64_t origin_skew_us)
{
        if (ABS(origin_skew_us) > SKEW_WARN_US)
                add(findings, DOCTOR_FAIL,
                    g_strdup_printf(tr(lang, "clock: %d s from what our own address says"),
                                    (int)(origin_skew_us / SECOND_US)),
                    tr(lang, "set the clock by the network: timedatectl set-ntp true"));
        else if (!kept)
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "clock: nobody keeps it right")),
                    tr(lang, "set the clock by the network: timedatectl set-ntp true"));
        else
                add(findings, DOCTOR_OK, g_strdup(tr(lang, "clock: kept right by the network")), NULL);
}

void rule_backup(GArray *findings, const Lang *lang, int64_t backup_us, int64_t now_us)
{
        const char *advice =
                tr(lang, "make one, to another disk or machine: treteau backup --to FOLDER; and let it be made "
                         "every day: [backup] in the configuration");
        if (!backup_us)
                add(findings, DOCTOR_WARN, g_strdup(tr(lang, "backup: there is none")), advice);
        else if (now_us - backup_us > BACKUP_WARN_US)
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "backup: the last is %d days old"), (int)((now_us - backup_us) / DAY_US)),
                    advice);
        else
                add(findings, DOCTOR_OK,
                    g_strdup_printf(tr(lang, "backup: the last is %d hours old"),
                                    (int)((now_us - backup_us) / HOUR_US)),
                    NULL);
}

void rule_files(GArray *findings, const Lang *lang, uint64_t most)
{
        if (most < FILES_WANTED)
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(tr(lang, "limits: %llu open files at most"), (unsigned long long)most),
                    tr(lang,
                       "LimitNOFILE=16384 in the unit (etc/systemd/treteau.service has it): a thousand people need "
                       "it"));
        else
                add(findings, DOCTOR_OK, g_strdup(tr(lang, "limits: enough open files")), NULL);
}

void rule_buffers(GArray *findings, const Lang *lang, uint64_t receive_most, uint64_t send_most)
{
        if (!receive_most || !send_most)
                return;
        if (receive_most < BUFFER_WANTED || send_most < BUFFER_WANTED)
                add(findings, DOCTOR_WARN,
                    g_strdup_printf(
                            tr(lang, "limits: %llu kB wait at most for the network to receive, %llu kB to send"),
                            (unsigned long long)receive_most / 1024, (unsigned long long)send_most / 1024),
                    tr(lang, "in a full room pictures would falter: write net.core.rmem_max=4194304 and "
                             "net.core.wmem_max=4194304, a line each, into /etc/sysctl.d/treteau.conf, then: sysctl "
                             "--system; systemctl restart treteau"));
        else
                add(findings, DOCTOR_OK, g_strdup(tr(lang, "limits: enough room for the network's bursts")), NULL);
}

void rule_program(GArray *findings, const Lang *lang, const char *name, bool there, const char *advice)
{
        if (there)
                add(findings, DOCTOR_OK, g_strdup_printf(tr(lang, "program %s: there"), name), NULL);
        else
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "program %s: not there"), name), advice);
}

void rule_socket(GArray *findings, const Lang *lang, const char *path, bool answers)
{
        if (answers)
                add(findings, DOCTOR_OK, g_strdup_printf(tr(lang, "server: answers on %s"), path), NULL);
        else
                add(findings, DOCTOR_FAIL, g_strdup_printf(tr(lang, "server: nobody answers on %s"), path),
                    tr(lang, "start it and see what it says: systemctl restart treteau; journalctl -u treteau -n 20"));
}

char *finding_line(const Finding *finding)
{
        static const char *const words[] = { "ok", "warn", "fail" };
        return finding->advice ? g_strdup_printf("%s: %s — %s", words[finding->level], finding->what, finding->advice)
                               : g_strdup_printf("%s: %s", words[finding->level], finding->what);
}

DoctorLevel findings_worst(const GArray *findings)
{
        DoctorLevel worst = DOCTOR_OK;
        for (guint i = 0; i < findings->len; i++)
                worst = MAX(worst, g_array_index(findings, Finding, i).level);
        return worst;
}
