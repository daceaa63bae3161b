/* crowd-floor SOCKET: the least that a room can be, for ./bench crowd. WebSockets on a Unix socket behind nginx; what
 * one says, everybody gets, framed once, one write each. No store, no order, no rights, nobody's name, no limits: only
 * for treteau-load.
 *
 * The line it sends is as long as a room's own. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define EVENTS 64
#define HEAD_MAX 4096
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

typedef struct {
        int fd, id;
        GString *head; /* of the request, until its end; then NULL */
        wslay_event_context_ptr frames;
} Guest;

static GPtrArray *guests;
static int epoll, next_id;
static uint64_t lines;

static void guest_free(Guest *guest)
{
        g_ptr_array_remove_fast(guests, guest);
        close(guest->fd);
        wslay_event_context_free(guest->frames);
        if (guest->head)
                g_string_free(guest->head, TRUE);
        g_free(guest);
}

/* A frame of a server is the same for all (RFC 6455 5.1: only clients mask). */
static GByteArray *frame_of(json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        size_t length = strlen(text);
        uint8_t head[4] = { 0x80 | WSLAY_TEXT_FRAME, (uint8_t)MIN(length, 126), (uint8_t)(length >> 8),
                            (uint8_t)length };
        GByteArray *frame = g_byte_array_new();
        g_byte_array_append(frame, head, length < 126 ? 2 : 4);
        g_byte_array_append(frame, (uint8_t *)text, (guint)length);
        free(text);
        json_decref(message);
        return frame;
}

/* What a full socket does not take is lost: the run then counts too few lines, and fails. */
static void put(Guest *guest, const GByteArray *frame)
{
        if (send(guest->fd, frame->data, frame->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EPIPE)
                fprintf(stderr, "crowd-floor: %s\n", g_strerror(errno));
}

static void tell(Guest *to, json_t *message)
{
        g_autoptr(GByteArray) frame = frame_of(message);
        if (to)
                put(to, frame);
        for (guint i = 0; !to && i < guests->len; i++)
                put(guests->pdata[i], frame);
}

static void on_message(wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *got, void *user)
{
        Guest *guest = user;
        json_t *message = json_loadb((const char *)got->msg, got->msg_length, 0, NULL);
        const char *type = json_string_value(json_object_get(message, "t"));
        if (g_strcmp0(type, "join") == 0)
                tell(guest, json_pack("{s:s, s:{s:i}}", "t", "welcome", "me", "id", guest->id));
        else if (g_strcmp0(type, "ping") == 0)
                tell(guest, json_pack("{s:s}", "t", "pong"));
        else if (g_strcmp0(type, "say") == 0)
                tell(NULL, json_pack("{s:I, s:i, s:s, s:O, s:I, s:s}", "n", (json_int_t)++lines, "who", guest->id,
                                     "name", "Page 100", "text", json_object_get(message, "text"), "at_us",
                                     (json_int_t)g_get_real_time(), "t", "said"));
        json_decref(message);
}

static ssize_t on_receive(wslay_event_context_ptr frames, uint8_t *bytes, size_t size, int flags, void *user)
{
        ssize_t got = recv(((Guest *)user)->fd, bytes, size, MSG_DONTWAIT);
        if (got > 0)
                return got;
        wslay_event_set_error(frames, got < 0 && errno == EAGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static bool shake_hands(Guest *guest)
{
        char bytes[HEAD_MAX];
        ssize_t got = recv(guest->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got <= 0 || guest->head->len > HEAD_MAX)
                return false;
        g_string_append_len(guest->head, bytes, got);
        if (!strstr(guest->head->str, "\r\n\r\n"))
                return true;
        g_autofree char *lower = g_ascii_strdown(guest->head->str, -1);
        const char *key = strstr(lower, "\r\nsec-websocket-key:");
        if (!key)
                return false;
        key = guest->head->str + (key - lower) + strlen("\r\nsec-websocket-key:");
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
        g_autofree char *value = g_strndup(key, strcspn(key, "\r"));
        g_checksum_update(sum, (const guchar *)g_strstrip(value), -1);
        g_checksum_update(sum, (const guchar *)GUID, -1);
        guint8 digest[20];
        gsize size = sizeof digest;
        g_checksum_get_digest(sum, digest, &size);
        g_autofree char *accept = g_base64_encode(digest, size);
        g_autofree char *answer = g_strdup_printf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                                  "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                                                  accept);
        g_string_free(g_steal_pointer(&guest->head), TRUE);
        return send(guest->fd, answer, strlen(answer), MSG_NOSIGNAL) == (ssize_t)strlen(answer);
}

static bool serve(Guest *guest)
{
        if (guest->head)
                return shake_hands(guest);
        return wslay_event_recv(guest->frames) == 0 && !wslay_event_get_close_received(guest->frames);
}

static void take_in(int listener)
{
        static const struct wslay_event_callbacks callbacks = { .recv_callback = on_receive,
                                                                .on_msg_recv_callback = on_message };
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
                return;
        Guest *guest = g_new0(Guest, 1);
        *guest = (Guest){ .fd = fd, .id = ++next_id, .head = g_string_new(NULL) };
        g_assert(wslay_event_context_server_init(&guest->frames, &callbacks, guest) == 0);
        g_ptr_array_add(guests, guest);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = guest };
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
        struct sockaddr_un place = { .sun_family = AF_UNIX };
        if (argc != 2 || strlen(argv[1]) >= sizeof place.sun_path) {
                fprintf(stderr, "crowd-floor SOCKET\n");
                return 2;
        }
        strcpy(place.sun_path, argv[1]);
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(listener, (struct sockaddr *)&place, sizeof place) != 0 || listen(listener, 1024) != 0) {
                perror(argv[1]);
                return 1;
        }
        guests = g_ptr_array_new();
        epoll = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event events[EVENTS] = { { .events = EPOLLIN, .data.ptr = NULL } };
        epoll_ctl(epoll, EPOLL_CTL_ADD, listener, events);
        puts("ready");
        fflush(stdout);
        for (;;) {
                int count = epoll_wait(epoll, events, EVENTS, -1);
                for (int i = 0; i < count; i++)
                        if (!events[i].data.ptr)
                                take_in(listener);
                        else if (!serve(events[i].data.ptr))
                                guest_free(events[i].data.ptr);
        }
}
