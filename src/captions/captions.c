#include "captions/captions_store.h"

void captions_free(gpointer data)
{
        Captions *captions = data;
        g_ptr_array_unref(captions->lines);
        g_free(captions->open);
        g_free(captions);
}

Captions *captions_of(const LiveRoom *room)
{
        return live_room_state(room, &captions_feature);
}

void captions_put(Captions *captions, Caption *line)
{
        guint i = captions->lines->len;
        while (i > 0 && ((const Caption *)captions->lines->pdata[i - 1])->n >= line->n)
                i--;
        if (i < captions->lines->len && ((const Caption *)captions->lines->pdata[i])->n == line->n)
                g_ptr_array_remove_index(captions->lines, i);
        g_ptr_array_insert(captions->lines, (int)i, line);
        if (captions->lines->len > CAPTIONS_SHOWN)
                g_ptr_array_remove_index(captions->lines, 0);
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        return captions_store_load(db, moment->session_id);
}

static json_t *welcome(LiveRoom *room, int person)
{
        const Captions *captions = captions_of(room);
        json_t *lines = json_array();
        for (guint i = 0; i < captions->lines->len; i++)
                json_array_append_new(lines, caption_json(captions->lines->pdata[i]));
        return json_pack("{s:b, s:i, s:I, s:s?, s:o, s:i}", "may",
                         live_person_may(room, person, RIGHT_CAPTION) && !live_room_is_sealed(room), "by", captions->by,
                         "next", (json_int_t)captions->next, "open", captions->open, "lines", lines, "signer",
                         captions->signer);
}

static void gone(LiveRoom *room, int person)
{
        if (captions_of(room)->by == person)
                captions_set_by(room, 0);
}

static bool expire(Db *db, int64_t room_id)
{
        return captions_store_forget(db, room_id, 0);
}

static const LiveMessage messages[] = {
        { "caption", LIVE_ATTENDEE, 60, 10, captions_type, true }, /* word by word: three a second, and the lines */
        { "caption_take", LIVE_ATTENDEE, 10, 10, captions_take, true },
        { "sign", LIVE_HOST, 10, 10, captions_sign },
        { 0 },
};

const LiveFeature captions_feature = {
        .name = "captions",
        .messages = messages,
        .script = "captions/captions.js",
        .style = "captions/captions.css",
        .words = captions_room_words,
        .load = load,
        .free = captions_free,
        .welcome = welcome,
        .tick = captions_tell_open,
        .gone = gone,
        .forgotten = gone,
        .export = captions_store_export,
        .erase = captions_store_forget,
        .expire = expire,
        .trace = captions_store_trace,
};
