/* The file of a capture, for those who lead the room. */
#include "capture/capture_private.h"

#include "base/time.h"
#include "conference/conference.h"

static void send_capture(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(EventRoom) room = event ? conference_room(db, event->id, request_param(req, "room")) : NULL;
        gint64 id = 0;
        bool named = g_ascii_string_to_signed(request_param(req, "capture"), 10, 1, G_MAXINT64, &id, NULL);
        g_autoptr(GBytes) pcap = room && named ? capture_store_pcap(db, room->id, id, now_us()) : NULL;
        if (!pcap) {
                respond_not_found(req);
                return;
        }
        g_autofree char *disposition =
                g_strdup_printf("attachment; filename=\"%s-%" G_GINT64_FORMAT ".pcap\"", room->slug, id);
        respond_header(req, "Content-Disposition", disposition);
        respond_header(req, "Cache-Control", "no-store");
        respond_bytes(req, 200, "application/vnd.tcpdump.pcap", pcap);
}

const Route capture_routes[] = {
        { GET, "/:event/live/:room/captures/:capture", send_capture, RIGHT_HOST, 0, "The packets of a connection" },
        { 0 },
};
