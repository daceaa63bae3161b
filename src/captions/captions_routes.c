/* A session's captions as a file, to the team at once; with its replay, to everybody, they are replay/'s. */
#include "captions/captions_store.h"

#include "conference/conference.h"
#include "programme/programme.h"

static void send_vtt(Request *req, Db *db, const Talk *talk)
{
        int64_t part = CLAMP(g_ascii_strtoll(request_query(req, "part"), NULL, 10), 1, 1000) - 1;
        g_autoptr(GPtrArray) lines = captions_store_of_talk(db, talk->id);
        int64_t began_us = captions_store_began(db, talk->id, part);
        if (lines->len == 0 || began_us < 0) {
                respond_not_found(req);
                return;
        }
        g_autofree char *vtt = vtt_text(lines, began_us, false);
        respond_text(req, 200, "text/vtt; charset=utf-8", vtt);
}

static Talk *talk_of(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        return event ? talk_find(db, event->id, request_param(req, "code")) : NULL;
}

static void send_to_team(Request *req, Db *db)
{
        g_autoptr(Talk) talk = talk_of(req, db);
        if (talk)
                send_vtt(req, db, talk);
        else
                respond_not_found(req);
}

const Route captions_routes[] = {
        { GET, "/:event/talk/:code/captions.vtt", send_to_team, RIGHT_CAPTION, 0, "The captions of a session" },
        { 0 },
};
