/* The floor of forwarding: encrypt and send, nothing else. A burst of five packets of 1,200 bytes thirty times a second
 * and fifty packets of 160 bytes, each encrypted for N receivers with own keys by rtc/srtp, sent by sendmmsg in runs
 * of GSO to N sockets that a child drains. The CPU time of the sending process per packet, as JSON:
 *
 *   sfu-floor --subscribers 100 --seconds 6 --profile gcm --core 0 --drain-core 1
 *
 * No server that gives each subscriber its own SRTP can be under it on the same machine by the same calls.
 */
#include "base/time.h"
#include "rtc/bytes.h"
#include "rtc/rtp.h"
#include "rtc/srtp.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103 /* Linux 4.18, not in Debian's libc headers of old */
#endif

enum {
        VIDEO_PACKETS = 5,
        VIDEO_BYTES = 1200,
        AUDIO_BYTES = 160,
        VIDEO_INTERVAL_US = 1000000 / 30,
        AUDIO_INTERVAL_US = 20000,
        DRAIN_PAUSE_MS = 5, /* as src/load/run.c: after the burst, not during it */
        MESSAGES_MAX = 32,
        RUN_MAX_BYTES = VIDEO_PACKETS * (VIDEO_BYTES + SRTP_OVERHEAD_BYTES),
        BUFFER_BYTES = 4 << 20,
        HEADER_BYTES = RTP_HEADER_BYTES,
};

typedef struct {
        struct sockaddr_in address;
        int fd;
        SrtpSender *srtp;
        uint64_t index[2]; /* video, audio */
} Receiver;

typedef struct {
        int fd;
        Receiver *receivers;
        gint count;
        struct mmsghdr messages[MESSAGES_MAX];
        struct iovec parts[MESSAGES_MAX];
        char controls[MESSAGES_MAX][CMSG_SPACE(sizeof(uint16_t))];
        uint8_t arena[MESSAGES_MAX][RUN_MAX_BYTES];
        unsigned pending;
        uint8_t payload[VIDEO_BYTES];
        uint64_t sent;
} Floor;

static void pin(gint core)
{
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(core, &cores);
        if (core >= 0 && sched_setaffinity(0, sizeof cores, &cores) != 0)
                fprintf(stderr, "sfu-floor: core %d: %s\n", core, strerror(errno));
}

static bool open_receivers(Floor *self, SrtpProfile profile)
{
        int size_bytes = BUFFER_BYTES;
        self->fd = socket(AF_INET, SOCK_DGRAM, 0);
        setsockopt(self->fd, SOL_SOCKET, SO_SNDBUF, &size_bytes, sizeof size_bytes);
        self->receivers = g_new0(Receiver, self->count);
        for (int i = 0; i < self->count; i++) {
                Receiver *receiver = &self->receivers[i];
                socklen_t length = sizeof receiver->address;
                SrtpKeys keys = { .profile = profile };
                write_u32(keys.key, (uint32_t)i);
                receiver->srtp = srtp_sender_new(&keys);
                receiver->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
                receiver->address =
                        (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
                setsockopt(receiver->fd, SOL_SOCKET, SO_RCVBUF, &size_bytes, sizeof size_bytes);
                if (!receiver->srtp || bind(receiver->fd, (struct sockaddr *)&receiver->address, length) != 0 ||
                    getsockname(receiver->fd, (struct sockaddr *)&receiver->address, &length) != 0)
                        return false;
        }
        return true;
}

/* The child: takes what has come every few milliseconds, as src/load does, until the parent closes its end of the pipe;
 * then writes the count to the other. */
static void drain(const Floor *self, int done_fd, int result_fd)
{
        static uint8_t bytes[MESSAGES_MAX][2048];
        struct mmsghdr messages[MESSAGES_MAX] = { 0 };
        struct iovec parts[MESSAGES_MAX];
        uint64_t received = 0;
        for (int i = 0; i < MESSAGES_MAX; i++) {
                parts[i] = (struct iovec){ bytes[i], sizeof bytes[i] };
                messages[i].msg_hdr.msg_iov = &parts[i];
                messages[i].msg_hdr.msg_iovlen = 1;
        }
        struct pollfd done = { .fd = done_fd };
        while (poll(&done, 1, DRAIN_PAUSE_MS) == 0)
                for (int i = 0; i < self->count; i++) {
                        int taken = recvmmsg(self->receivers[i].fd, messages, MESSAGES_MAX, MSG_DONTWAIT, NULL);
                        received += taken > 0 ? (uint64_t)taken : 0;
                }
        if (write(result_fd, &received, sizeof received) != sizeof received)
                _exit(1);
        _exit(0);
}

static void flush(Floor *self)
{
        for (unsigned at = 0; at < self->pending;) {
                int done = sendmmsg(self->fd, self->messages + at, self->pending - at, 0);
                if (done <= 0)
                        break;
                at += (unsigned)done;
        }
        self->pending = 0;
}

/* One run of equal packets for one receiver, encrypted straight into the arena. */
static void add_run(Floor *self, Receiver *receiver, bool video, unsigned packets, size_t packet_bytes)
{
        unsigned at = self->pending++;
        uint8_t *out = self->arena[at];
        uint16_t segment = (uint16_t)(packet_bytes + srtp_sender_overhead(receiver->srtp));
        for (unsigned i = 0; i < packets; i++) {
                uint64_t index = ++receiver->index[video];
                RtpHeader header = { .payload_type = video ? 96 : 111,
                                     .sequence = (uint16_t)index,
                                     .ssrc = video ? 1 : 2,
                                     .marker = i + 1 == packets };
                rtp_write(out, &header, false);
                out += srtp_sender_protect(receiver->srtp, index, out, HEADER_BYTES, self->payload,
                                           packet_bytes - HEADER_BYTES, out);
        }
        self->parts[at] = (struct iovec){ self->arena[at], (size_t)(out - self->arena[at]) };
        struct msghdr *message = &self->messages[at].msg_hdr;
        *message = (struct msghdr){ .msg_name = &receiver->address,
                                    .msg_namelen = sizeof receiver->address,
                                    .msg_iov = &self->parts[at],
                                    .msg_iovlen = 1 };
        if (packets > 1) {
                message->msg_control = self->controls[at];
                message->msg_controllen = sizeof self->controls[at];
                struct cmsghdr *control = CMSG_FIRSTHDR(message);
                control->cmsg_level = SOL_UDP;
                control->cmsg_type = UDP_SEGMENT;
                control->cmsg_len = CMSG_LEN(sizeof segment);
                memcpy(CMSG_DATA(control), &segment, sizeof segment);
        }
        self->sent += packets;
        if (self->pending == MESSAGES_MAX)
                flush(self);
}

static void send_to_all(Floor *self, bool video)
{
        for (int i = 0; i < self->count; i++)
                add_run(self, &self->receivers[i], video, video ? VIDEO_PACKETS : 1, video ? VIDEO_BYTES : AUDIO_BYTES);
        flush(self);
}

static void run(Floor *self, int64_t duration_us)
{
        int64_t start_us = monotonic_us(), video_us = start_us, audio_us = start_us;
        for (;;) {
                int64_t next_us = MIN(video_us, audio_us), now = monotonic_us();
                if (next_us >= start_us + duration_us)
                        return;
                if (next_us > now) {
                        struct timespec pause = { 0, (next_us - now) * 1000 };
                        nanosleep(&pause, NULL);
                        continue;
                }
                bool video = video_us <= audio_us;
                send_to_all(self, video);
                *(video ? &video_us : &audio_us) += video ? VIDEO_INTERVAL_US : AUDIO_INTERVAL_US;
        }
}

static double cpu_us(const struct timeval *time)
{
        return (double)time->tv_sec * 1e6 + (double)time->tv_usec;
}

static bool measure(Floor *self, gint core, gint drain_core, gint seconds, const char *profile)
{
        int done[2], result[2];
        if (pipe(done) != 0 || pipe(result) != 0)
                return false;
        pid_t child = fork();
        if (child == 0) {
                close(done[1]);
                pin(drain_core);
                drain(self, done[0], result[1]);
        }
        pin(core);
        struct rusage before, after;
        uint64_t received = 0;
        int status = -1;
        getrusage(RUSAGE_SELF, &before);
        run(self, seconds * SECOND_US);
        getrusage(RUSAGE_SELF, &after);
        close(done[1]);
        bool good = child > 0 && read(result[0], &received, sizeof received) == sizeof received &&
                    waitpid(child, &status, 0) == child && status == 0;
        double user_us = cpu_us(&after.ru_utime) - cpu_us(&before.ru_utime);
        double system_us = cpu_us(&after.ru_stime) - cpu_us(&before.ru_stime);
        printf("{\"bench\":\"floor\",\"profile\":\"%s\",\"subscribers\":%d,\"sent\":%" G_GUINT64_FORMAT
               ",\"received\":%" G_GUINT64_FORMAT ",\"user_us\":%.3f,\"system_us\":%.3f,\"us_per_packet\":%.3f}\n",
               profile, self->count, self->sent, received, user_us / (double)self->sent, system_us / (double)self->sent,
               (user_us + system_us) / (double)self->sent);
        return good;
}

int main(int argc, char **argv)
{
        gint subscribers = 100, seconds = 6, core = -1, drain_core = -1;
        g_autofree char *profile = NULL;
        const GOptionEntry entries[] = {
                { "subscribers", 0, 0, G_OPTION_ARG_INT, &subscribers, "Receivers (100)", "N" },
                { "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "Duration (6)", "N" },
                { "profile", 0, 0, G_OPTION_ARG_STRING, &profile, "gcm (default) or cm", "NAME" },
                { "core", 0, 0, G_OPTION_ARG_INT, &core, "Core that sends", "N" },
                { "drain-core", 0, 0, G_OPTION_ARG_INT, &drain_core, "Core that receives", "N" },
                { NULL },
        };
        g_autoptr(GOptionContext) context = g_option_context_new("- the floor of forwarding");
        g_option_context_add_main_entries(context, entries, NULL);
        g_autoptr(GError) error = NULL;
        bool cm = false;
        if (g_option_context_parse(context, &argc, &argv, &error)) {
                cm = g_strcmp0(profile, "cm") == 0;
                if ((profile && !cm && strcmp(profile, "gcm") != 0) || subscribers < 1 || subscribers > 5000 ||
                    seconds < 1 || seconds > 600)
                        g_set_error(&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "a value is out of range");
        }
        if (error) {
                fprintf(stderr, "sfu-floor: %s\n", error->message);
                return 2;
        }
        g_autofree Floor *self = g_new0(Floor, 1);
        self->count = subscribers;
        if (!open_receivers(self, cm ? SRTP_PROFILE_CM : SRTP_PROFILE_GCM)) {
                fprintf(stderr, "sfu-floor: no %d sockets: %s\n", subscribers, strerror(errno));
                return 1;
        }
        return measure(self, core, drain_core, seconds, cm ? "cm" : "gcm") ? 0 : 1;
}
