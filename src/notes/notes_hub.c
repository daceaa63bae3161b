/* Who has notes open: their sockets hear of each edit after its commit, and where the others write. What is written
 * comes by requests (notes_write.c), so nothing that lasts is held here. */
#include "notes/notes_private.h"

#include "base/time.h"

#include <string.h>

#define MESSAGES_MAX 200 /* in … */
#define MESSAGES_US (10 * SECOND_US)
#define NOTE_LINE_MAX (NOTE_BYTES_MAX + 1)

typedef struct {
        NotesOpening *opening;
        Socket *socket;
        int64_t id, note, line; /* note 0: none open; line 0: nowhere */
        int64_t since_us;
        unsigned sent;
} Listener;

struct Notes {
        SocketLoop *sockets;
        GMutex mutex;         /* of listeners: changed by the loop alone, under it */
        GPtrArray *listeners; /* of Listener */
        int64_t next;
};

Notes *notes_new(SocketLoop *sockets)
{
        Notes *notes = g_new0(Notes, 1);
        notes->sockets = sockets;
        notes->listeners = g_ptr_array_new();
        g_mutex_init(&notes->mutex);
        return notes;
}

void notes_free(Notes *notes)
{
        if (!notes)
                return;
        g_ptr_array_unref(notes->listeners);
        g_mutex_clear(&notes->mutex);
        g_free(notes);
}

void notes_opening_free(gpointer data)
{
        NotesOpening *opening = data;
        g_free(opening->name);
        g_free(opening);
}

static void send_json(Socket *socket, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        socket_send(socket, text, strlen(text));
        free(text);
}

/* --- where somebody writes
 * -------------------------------------------------------------------------------------------- */

static json_t *place_json(const Listener *listener)
{
        return json_pack("{s:s, s:I, s:I, s:s, s:I}", "t", "at", "id", (json_int_t)listener->id, "note",
                         (json_int_t)listener->note, "name", listener->opening->name, "line",
                         (json_int_t)listener->line);
}

static bool is_beside(const Listener *one, const Listener *other)
{
        return one != other && one->note && one->note == other->note && one->opening->event == other->opening->event;
}

static void tell_others(const Listener *from, json_t *message)
{
        const GPtrArray *all = from->opening->notes->listeners;
        for (guint i = 0; i < all->len; i++)
                if (is_beside(from, all->pdata[i]))
                        send_json(((const Listener *)all->pdata[i])->socket, message);
        json_decref(message);
}

static void leave_note(Listener *listener)
{
        if (listener->note)
                tell_others(listener, json_pack("{s:s, s:I}", "t", "left", "id", (json_int_t)listener->id));
        listener->note = listener->line = 0;
}

static void take_place(Listener *listener, int64_t note, int64_t line)
{
        if (note != listener->note) {
                leave_note(listener);
                listener->note = note;
                const GPtrArray *all = listener->opening->notes->listeners;
                for (guint i = 0; i < all->len; i++) {
                        json_t *place = is_beside(listener, all->pdata[i]) ? place_json(all->pdata[i]) : NULL;
                        if (place)
                                send_json(listener->socket, place);
                        json_decref(place);
                }
        }
        listener->line = CLAMP(line, 0, NOTE_LINE_MAX);
        tell_others(listener, place_json(listener));
}

/* --- sockets
 * ------------------------------------------------------------------------------------------------------------ */

static void on_opened(Socket *socket, gpointer opening)
{
        Listener *listener = g_new0(Listener, 1);
        listener->opening = opening;
        listener->socket = socket;
        Notes *notes = listener->opening->notes;
        listener->id = ++notes->next;
        socket_set_data(socket, listener);
        g_mutex_lock(&notes->mutex);
        g_ptr_array_add(notes->listeners, listener);
        g_mutex_unlock(&notes->mutex);
}

static void on_message(Socket *socket, const char *text, size_t length)
{
        Listener *listener = socket_data(socket);
        int64_t now = monotonic_us();
        if (now - listener->since_us > MESSAGES_US) {
                listener->since_us = now;
                listener->sent = 0;
        }
        if (++listener->sent > MESSAGES_MAX) {
                socket_close(socket, 1008, "too many messages");
                return;
        }
        json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
        const char *type = json_string_value(json_object_get(message, "t"));
        if (g_strcmp0(type, "at") == 0)
                take_place(listener, MAX(0, json_integer_value(json_object_get(message, "note"))),
                           json_integer_value(json_object_get(message, "line")));
        else if (g_strcmp0(type, "ping") == 0)
                socket_send(socket, "{\"t\":\"pong\"}", strlen("{\"t\":\"pong\"}"));
        else
                socket_close(socket, 1008, "unknown message");
        json_decref(message);
}

static void on_closed(Socket *socket, uint16_t code)
{
        Listener *listener = socket_data(socket);
        Notes *notes = listener->opening->notes;
        leave_note(listener);
        g_mutex_lock(&notes->mutex);
        g_ptr_array_remove_fast(notes->listeners, listener);
        g_mutex_unlock(&notes->mutex);
        notes_opening_free(listener->opening);
        g_free(listener);
}

const SocketHandler notes_socket_handler = { on_opened, on_message, on_closed };

/* --- what was written
 * --------------------------------------------------------------------------------------------------- */

GArray *notes_listeners(Notes *notes, int64_t event)
{
        GArray *accounts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_mutex_lock(&notes->mutex);
        for (guint i = 0; i < notes->listeners->len; i++) {
                const NotesOpening *opening = ((const Listener *)notes->listeners->pdata[i])->opening;
                if (opening->event == event)
                        g_array_append_val(accounts, opening->account);
        }
        g_mutex_unlock(&notes->mutex);
        return accounts;
}

typedef struct {
        Notes *notes;
        int64_t event;
        GArray *left;
        json_t *message;
} Telling;

static bool has_left(const Telling *telling, int64_t account)
{
        for (guint i = 0; telling->left && i < telling->left->len; i++)
                if (g_array_index(telling->left, int64_t, i) == account)
                        return true;
        return false;
}

static void tell(gpointer data)
{
        Telling *telling = data;
        const GPtrArray *all = telling->notes->listeners;
        for (guint i = 0; i < all->len; i++) {
                const Listener *listener = all->pdata[i];
                if (listener->opening->event != telling->event)
                        continue;
                if (has_left(telling, listener->opening->account))
                        socket_close(listener->socket, 1008, "not in the team");
                else
                        send_json(listener->socket, telling->message);
        }
        g_clear_pointer(&telling->left, g_array_unref);
        json_decref(telling->message);
        g_free(telling);
}

void notes_tell(Notes *notes, int64_t event, GArray *left, json_t *message)
{
        Telling *telling = g_new(Telling, 1);
        *telling = (Telling){ notes, event, left, message };
        socket_loop_run(notes->sockets, tell, telling);
}
