#include "load/signalling.h"
#include "base/time.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES (256 * 1024)

typedef struct {
        Signalling signalling;
        Loop *loop;
        Watch watch;
        GPid pid;
        int input_fd, output_fd; /* as the child sees them */
        unsigned publishers;
        GPtrArray *published;   /* Publisher; its index is its seat; NULL: the seat is free */
        GHashTable *subscribed; /* number → Subscriber */
        GString *buffer;
} Host;

/* Takes the message. A few kilobytes into a pipe that the child reads at once: it may block for that long. */
static void tell(Host *host, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        json_decref(message);
        g_autofree char *line = g_strconcat(text, "\n", NULL);
        free(text);
        for (size_t at = 0, size = strlen(line); at < size;) {
                ssize_t written = write(host->input_fd, line + at, size - at);
                if (written > 0) {
                        at += (size_t)written;
                } else if (errno != EINTR) {
                        signalling_fail(&host->signalling, "the host does not listen: %s", g_strerror(errno));
                        return;
                }
        }
}

static int take_seat(Host *host, Publisher *publisher)
{
        guint seat;
        if (g_ptr_array_find(host->published, NULL, &seat)) {
                host->published->pdata[seat] = publisher;
                return (int)seat;
        }
        g_ptr_array_add(host->published, publisher);
        return (int)host->published->len - 1;
}

static void host_publish(Signalling *signalling, Publisher *publisher)
{
        Host *host = (Host *)signalling;
        g_autofree char *offer = publisher_offer(publisher);
        json_t *tracks = json_object();
        for (unsigned i = 0; publisher_track(publisher, i); i++)
                json_object_set_new(tracks, publisher_track(publisher, i)->mid,
                                    json_string(publisher_track(publisher, i)->name));
        int seat = take_seat(host, publisher);
        tell(host, json_pack("{s:s, s:i, s:s, s:o}", "t", "publish", "seat", seat, "sdp", offer, "tracks", tracks));
}

/* The host is not told: it sees the connection close, or another publisher take the seat. */
static void host_withdraw(Signalling *signalling, Publisher *publisher)
{
        Host *host = (Host *)signalling;
        guint seat;
        if (g_ptr_array_find(host->published, publisher, &seat))
                host->published->pdata[seat] = NULL;
}

static void host_subscribe(Signalling *signalling, Subscriber *subscriber)
{
        Host *host = (Host *)signalling;
        unsigned number = subscriber_number(subscriber);
        g_hash_table_insert(host->subscribed, GUINT_TO_POINTER(number), subscriber);
        tell(host, json_pack("{s:s, s:i, s:i}", "t", "subscribe", "who", (int)number, "seats", (int)host->publishers));
}

static void host_leave(Signalling *signalling, Subscriber *subscriber)
{
        Host *host = (Host *)signalling;
        unsigned number = subscriber_number(subscriber);
        if (g_hash_table_remove(host->subscribed, GUINT_TO_POINTER(number)))
                tell(host, json_pack("{s:s, s:i}", "t", "leave", "who", (int)number));
}

static void host_view(Signalling *signalling, Subscriber *subscriber, unsigned height)
{
        Host *host = (Host *)signalling;
        json_t *sizes = json_object();
        for (unsigned seat = 0; seat < host->publishers; seat++) {
                g_autofree char *line = g_strdup_printf("v%u", seat);
                json_object_set_new(sizes, line, json_integer((int)height));
        }
        tell(host,
             json_pack("{s:s, s:i, s:o}", "t", "view", "who", (int)subscriber_number(subscriber), "sizes", sizes));
}

static void obey(Host *host, json_t *message)
{
        const char *type = json_string_value(json_object_get(message, "t"));
        const char *sdp = json_string_value(json_object_get(message, "sdp"));
        guint seat = (guint)json_integer_value(json_object_get(message, "seat"));
        guint who = (guint)json_integer_value(json_object_get(message, "who"));
        if (g_strcmp0(type, "published") == 0 && seat < host->published->len) {
                Publisher *publisher = host->published->pdata[seat];
                if (publisher && (!sdp || !publisher_accept(publisher, sdp, monotonic_us())))
                        signalling_fail(&host->signalling, "no usable answer to the publisher's offer");
        } else if (g_strcmp0(type, "subscribe") == 0) {
                Subscriber *subscriber = g_hash_table_lookup(host->subscribed, GUINT_TO_POINTER(who));
                if (!subscriber)
                        return; /* left meanwhile */
                g_autofree char *answer = subscriber_answer(subscriber, sdp ? sdp : "", monotonic_us());
                if (answer)
                        tell(host, json_pack("{s:s, s:i, s:s}", "t", "subscribed", "who", (int)who, "sdp", answer));
                else
                        signalling_fail(&host->signalling, "an offer that cannot be answered");
        } else if (g_strcmp0(type, "layers") == 0 && seat < host->published->len && host->published->pdata[seat]) {
                json_t *wanted = json_object_get(json_object_get(message, "wanted"), "camera");
                if (wanted)
                        publisher_want_layers(host->published->pdata[seat], "camera",
                                              (unsigned)json_integer_value(wanted));
        } else if (g_strcmp0(type, "refused") == 0) {
                const char *text = json_string_value(json_object_get(message, "text"));
                signalling_fail(&host->signalling, "the host says: %s", text ? text : type);
        } /* what it tells by itself (who speaks, who is gone) is for others */
}

static void on_ready(void *owner, int64_t now_us)
{
        Host *host = owner;
        char bytes[16384];
        ssize_t size = read(host->output_fd, bytes, sizeof bytes);
        if (size <= 0 || host->buffer->len > LINE_MAX_BYTES) {
                signalling_fail(&host->signalling, "the host has ended");
                loop_remove(host->loop, host->output_fd, &host->watch);
                return;
        }
        g_string_append_len(host->buffer, bytes, size);
        for (char *newline; (newline = memchr(host->buffer->str, '\n', host->buffer->len));) {
                gsize length = (gsize)(newline - host->buffer->str);
                json_t *message = json_loadb(host->buffer->str, length, 0, NULL);
                obey(host, message);
                json_decref(message);
                g_string_erase(host->buffer, 0, (gssize)length + 1);
        }
}

static void host_turn(Signalling *signalling, int64_t now_us)
{
}

static bool host_free(Signalling *signalling)
{
        int status = 0;
        Host *host = (Host *)signalling;
        loop_remove(host->loop, host->output_fd, &host->watch);
        close(host->input_fd); /* the child ends with its input; what it still says must have a reader */
        for (char rest[4096]; read(host->output_fd, rest, sizeof rest) > 0;)
                ;
        close(host->output_fd);
        bool good = waitpid(host->pid, &status, 0) == host->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (!good)
                fprintf(stderr, "treteau-load: the host ended with %s %d\n", WIFSIGNALED(status) ? "signal" : "code",
                        WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        g_ptr_array_unref(host->published);
        g_hash_table_unref(host->subscribed);
        g_string_free(host->buffer, TRUE);
        g_free(host->signalling.failure);
        g_free(host);
        return good;
}

Signalling *host_open(Loop *loop, const char *command, unsigned publishers, GError **error)
{
        g_auto(GStrv) argv = NULL;
        Host *host = g_new0(Host, 1);
        if (!g_shell_parse_argv(command, NULL, &argv, error) ||
            !g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL, NULL,
                                      &host->pid, &host->input_fd, &host->output_fd, NULL, error)) {
                g_free(host);
                return NULL;
        }
        signal(SIGPIPE, SIG_IGN);
        host->signalling = (Signalling){ .publish = host_publish,
                                         .subscribe = host_subscribe,
                                         .leave = host_leave,
                                         .withdraw = host_withdraw,
                                         .view = host_view,
                                         .turn = host_turn,
                                         .free = host_free,
                                         .server_pid = host->pid };
        host->loop = loop;
        host->publishers = publishers;
        host->published = g_ptr_array_new();
        host->subscribed = g_hash_table_new(NULL, NULL);
        host->buffer = g_string_new(NULL);
        host->watch = (Watch){ on_ready, host };
        loop_add(loop, host->output_fd, &host->watch);
        return &host->signalling;
}
