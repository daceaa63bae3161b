/* The facts of this machine, in the order in which they are told. */
#include "doctor/doctor_net.h"
#include "base/time.h"
#include "store/db.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <ifaddrs.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

static void look_at_disk(const DoctorSubject *subject, const Lang *lang, GArray *findings)
{
        struct stat facts;
        struct statvfs space = { 0 };
        DiskFacts disk = { .exists = stat(subject->folder, &facts) == 0 };
        disk.is_folder = disk.exists && S_ISDIR(facts.st_mode);
        disk.writable = disk.is_folder && access(subject->folder, W_OK | X_OK) == 0;
        if (disk.is_folder && statvfs(subject->folder, &space) == 0) {
                disk.free_bytes = (uint64_t)space.f_bavail * space.f_frsize;
                disk.total_bytes = (uint64_t)space.f_blocks * space.f_frsize;
                disk.free_inodes = space.f_favail;
                disk.total_inodes = space.f_files;
        }
        rule_disk(findings, lang, subject->folder, &disk);
}

static void look_at_store(const DoctorSubject *subject, const Lang *lang, GArray *findings)
{
        g_autofree char *path = g_build_filename(subject->folder, "treteau.db", NULL);
        g_autofree char *key = g_build_filename(subject->folder, "secret.key", NULL);
        bool there = g_file_test(path, G_FILE_TEST_EXISTS);
        int64_t schema = 0;
        g_autoptr(GError) error = NULL;
        if (there)
                store_check(subject->folder, &schema, &error);
        rule_store(findings, lang, there, error ? error->message : NULL, schema > store_schema());
        struct stat facts;
        bool has_key = stat(key, &facts) == 0;
        rule_key(findings, lang, has_key, has_key ? facts.st_mode : 0);
}

/* Binding says who has the port (EADDRINUSE), and which addresses are ours (EADDRNOTAVAIL). 0: it could be had. */
static int try_bind(const char *address, int port, int type)
{
        struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
        struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
        bool is_six = strchr(address, ':') != NULL;
        if (inet_pton(is_six ? AF_INET6 : AF_INET, address, is_six ? (void *)&six.sin6_addr : &four.sin_addr) != 1)
                return EINVAL;
        int fd = socket(is_six ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return errno;
        int result = is_six ? bind(fd, (struct sockaddr *)&six, sizeof six)
                            : bind(fd, (struct sockaddr *)&four, sizeof four);
        int reason = result == 0 ? 0 : errno;
        close(fd);
        return reason;
}

/* RFC 1918, 6598 (shared), 3927 (link), 4193 and loopback are not for the Internet. */
static bool is_public(const struct sockaddr *address)
{
        if (address->sa_family == AF_INET) {
                uint32_t ip = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);
                return ip >> 24 != 10 && ip >> 24 != 127 && ip >> 20 != 0xac1 && ip >> 16 != 0xc0a8 &&
                       ip >> 22 != 0x191 && ip >> 16 != 0xa9fe;
        }
        return address->sa_family == AF_INET6 &&
               (((const struct sockaddr_in6 *)address)->sin6_addr.s6_addr[0] >> 5) == 1;
}

static bool has_public_address(void)
{
        struct ifaddrs *list = NULL;
        bool found = false;
        if (getifaddrs(&list) != 0)
                return false;
        for (const struct ifaddrs *one = list; one; one = one->ifa_next)
                found = found || (one->ifa_addr && is_public(one->ifa_addr));
        freeifaddrs(list);
        return found;
}

static void look_at_media(const DoctorSubject *subject, const Lang *lang, GArray *findings)
{
        int reason = subject->media_port ? try_bind("0.0.0.0", subject->media_port, SOCK_DGRAM) : 0;
        rule_media_port(findings, lang, subject->media_port, reason == EADDRINUSE, reason != EACCES);
        int tcp_reason = subject->tcp_port > 0 ? try_bind("0.0.0.0", subject->tcp_port, SOCK_STREAM) : 0;
        rule_tcp_port(findings, lang, subject->tcp_port, tcp_reason == EADDRINUSE || tcp_reason == EACCES);
        for (const char *const *one = subject->advertised; one && *one; one++)
                rule_advertised(findings, lang, *one, try_bind(*one, 0, SOCK_DGRAM) == 0, subject->media_port);
        if (!subject->advertised && !has_public_address())
                rule_no_public_address(findings, lang);
        for (const char *const *url = subject->turn_urls; url && *url; url++) {
                g_autofree char *refusal = NULL;
                TurnFault fault = turn_look(*url, subject->turn_user, subject->turn_password, &refusal);
                rule_turn(findings, lang, *url, fault, refusal);
        }
}

static bool socket_answers(const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        g_strlcpy(address.sun_path, path, sizeof address.sun_path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool answers = fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
        if (fd >= 0)
                close(fd);
        return answers;
}

static void look_at_network(const DoctorSubject *subject, const Lang *lang, GArray *findings)
{
        OriginFacts origin = { 0 };
        g_autofree char *reason = NULL;
        if (subject->socket)
                rule_socket(findings, lang, subject->socket, socket_answers(subject->socket));
        if (subject->origin) {
                origin_look(subject->origin, &origin, &reason);
                rule_origin(findings, lang, subject->origin, &origin, subject->now_us);
        }
        struct timex clock = { .modes = 0 };
        bool kept = adjtimex(&clock) >= 0 && !(clock.status & STA_UNSYNC);
        rule_clock(findings, lang, kept, origin.date_us ? subject->now_us - origin.date_us : 0);
        g_autofree char *refusal = subject->relay ? mail_relay_refuses(subject->relay) : NULL;
        const char *at = subject->mail_from ? strchr(subject->mail_from, '@') : NULL;
        rule_mail(findings, lang, subject->relay, at && at > subject->mail_from && at[1], refusal);
}

static uint64_t kernel_figure(const char *path)
{
        g_autofree char *text = NULL;
        return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoull(text, NULL, 10) : 0;
}

static void look_at_machine(const DoctorSubject *subject, const Lang *lang, GArray *findings)
{
        struct rlimit files = { 0 };
        getrlimit(RLIMIT_NOFILE, &files);
        rule_files(findings, lang, files.rlim_max);
        rule_buffers(findings, lang, kernel_figure("/proc/sys/net/core/rmem_max"),
                     kernel_figure("/proc/sys/net/core/wmem_max"));
        g_autofree char *ffmpeg = g_find_program_in_path("ffmpeg");
        rule_program(findings, lang, "ffmpeg", ffmpeg != NULL,
                     tr(lang, "install it for the pictures of replays: apt install ffmpeg"));
        rule_program(findings, lang, "treteau-recorder", g_file_test(subject->recorder, G_FILE_TEST_IS_EXECUTABLE),
                     tr(lang, "install the whole program: tools/install"));
}

static void finding_clear(gpointer data)
{
        Finding *finding = data;
        g_free(finding->what);
        g_free(finding->advice);
}

GArray *doctor_run(const DoctorSubject *subject, const Lang *lang)
{
        GArray *findings = g_array_new(FALSE, TRUE, sizeof(Finding));
        g_array_set_clear_func(findings, finding_clear);
        Finding version = { DOCTOR_OK, g_strdup_printf(tr(lang, "version: Tréteau %s"), TRETEAU_VERSION), NULL };
        g_array_append_val(findings, version);
        look_at_disk(subject, lang, findings);
        look_at_store(subject, lang, findings);
        rule_backup(findings, lang, subject->backup_us, subject->now_us);
        look_at_network(subject, lang, findings);
        look_at_media(subject, lang, findings);
        look_at_machine(subject, lang, findings);
        return findings;
}
