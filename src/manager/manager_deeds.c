/* What a host's messages say in the log: manager_test.c holds them against the table of messages. A variant that is not
 * here is told by its name, so that nothing is left out. */
#include "manager/manager_private.h"

#include <string.h>

static const struct {
        const char *what, *sentence;
} SENTENCES[] = {
        { "stage:on", N_("{who} brings {whom} on stage") },
        { "stage:off", N_("{who} takes {whom} off the stage") },
        { "take", N_("{who} goes on stage") },
        { "leave", N_("{who} leaves the stage") },
        { "mute", N_("{who} turns the microphone of {whom} off") },
        { "mute:on", N_("{who} turns the microphone of {whom} off") },
        { "mute:off", N_("{who} lets {whom} be heard") },
        { "remove", N_("{who} removes {whom} from the room") },
        { "pin", N_("{who} keeps {whom} on air") },
        { "pin:none", N_("{who} lets the loudest be on air") },
        { "scene:auto", N_("{who} chooses the scene: by itself") },
        { "scene:speaker", N_("{who} chooses the scene: who speaks") },
        { "scene:screen", N_("{who} chooses the scene: the shared screen") },
        { "scene:both", N_("{who} chooses the scene: the shared screen and who speaks") },
        { "scene:gallery", N_("{who} chooses the scene: everybody") },
        { "record:on", N_("{who} starts the recording") },
        { "record:off", N_("{who} stops the recording") },
        { "next", N_("{who} goes on to the next session") },
        { "end", N_("{who} ends the session") },
        { "door:open", N_("{who} opens the room to everybody") },
        { "door:lobby", N_("{who} has newcomers wait to be let in") },
        { "door:locked", N_("{who} locks the room") },
        { "door:rehearsal", N_("{who} closes the room for a rehearsal") },
        { "admit", N_("{who} lets {whom} in") },
        { "admit:all", N_("{who} lets in all who wait") },
        { "turn_away", N_("{who} turns {whom} away") },
        { "lower", N_("{who} lowers the hand of {whom}") },
        { "place", N_("{who} moves the hand of {whom} in the queue") },
        { "floor", N_("{who} gives the floor to {whom}") },
        { "floor:none", N_("{who} takes the floor back") },
        { "floor_limit", N_("{who} sets the time for each speaker") },
        { "unsay", N_("{who} deletes a message of the discussion") },
        { "show", N_("{who} shows a message that waited") },
        { "chat", N_("{who} sets how the discussion is led") },
        { "asking", N_("{who} sets how questions are asked") },
        { "question:open", N_("{who} shows a question") },
        { "question:answering", N_("{who} has a question answered") },
        { "question:answered", N_("{who} says that a question is answered") },
        { "question:hidden", N_("{who} hides a question") },
        { "poll", N_("{who} prepares a poll: {detail}") },
        { "poll_state:open", N_("{who} opens a poll") },
        { "poll_state:closed", N_("{who} closes a poll") },
        { "poll_state:none", N_("{who} deletes a poll") },
        { "sign", N_("{who} shows {whom} as sign-language interpreter") },
        { "sign:none", N_("{who} shows no sign-language interpreter any more") },
        { "interpreter:on", N_("{who} names {whom} as interpreter: {detail}") },
        { "interpreter:off", N_("{who} takes back that {whom} interprets: {detail}") },
        { "capture_ask", N_("{who} asks {whom} to look into the connection") },
        { "capture_stop", N_("{who} stops looking into a connection") },
        { "groups_make", N_("{who} makes groups") },
        { "groups_put", N_("{who} puts {whom} into a group") },
        { "groups_put:none", N_("{who} takes {whom} out of the groups") },
        { "groups_name", N_("{who} names a group: {detail}") },
        { "groups_open", N_("{who} opens the groups") },
        { "groups_more", N_("{who} gives the groups more time") },
        { "groups_say", N_("{who} tells all groups: {detail}") },
        { "groups_call", N_("{who} calls the groups back") },
        { "groups_drop", N_("{who} drops the groups that were prepared") },
        { "seal_key", N_("{who} makes a key for the encryption") },
        { "run", N_("{who} goes on in the run sheet: {detail}") },
        { "run:none", N_("{who} goes back to the beginning of the run sheet") },
        { "start", N_("{who} sets the countdown: {detail}") },
        { "start:programme", N_("{who} lets the countdown follow the programme") },
        { "start:none", N_("{who} takes the countdown away") },
        { "announce", N_("{who} tells every room: {detail}") },
        { "unannounce", N_("{who} takes an announcement back: {detail}") },
};
#define UNKNOWN N_("{who} used the command “{detail}”")

char *deed_what(const json_t *message)
{
        const char *type = json_string_value(json_object_get(message, "t"));
        const char *words[] = { json_string_value(json_object_get(message, "state")),
                                json_string_value(json_object_get(message, "scene")),
                                json_string_value(json_object_get(message, "door")),
                                json_is_true(json_object_get(message, "all")) ? "all" : NULL };
        const json_t *on = json_object_get(message, "on"), *who = json_object_get(message, "who");
        bool none = json_is_null(who) || json_is_null(json_object_get(message, "group"));
        for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
                if (live_is_token(words[i], 20))
                        return g_strdup_printf("%s:%s", type, words[i]);
        if (json_is_boolean(on))
                return g_strdup_printf("%s:%s", type, json_is_true(on) ? "on" : "off");
        return none ? g_strdup_printf("%s:none", type) : g_strdup(type);
}

const char *deed_sentence(const char *what)
{
        for (size_t i = 0; i < G_N_ELEMENTS(SENTENCES); i++)
                if (strcmp(SENTENCES[i].what, what) == 0)
                        return SENTENCES[i].sentence;
        return NULL;
}

json_t *deed_sentences(const Lang *lang)
{
        json_t *all = json_pack("{s:s}", "", tr(lang, UNKNOWN));
        for (size_t i = 0; i < G_N_ELEMENTS(SENTENCES); i++)
                json_object_set_new(all, SENTENCES[i].what, json_string(tr(lang, SENTENCES[i].sentence)));
        return all;
}

char *deed_text(const Lang *lang, const Deed *deed, const char *who, const char *whom)
{
        const char *known = deed_sentence(deed->what), *rest = tr(lang, known ? known : UNKNOWN);
        const struct {
                const char *place, *text;
        } parts[] = { { "{who}", who }, { "{whom}", whom }, { "{detail}", known ? deed->detail : deed->what } };
        GString *text = g_string_new(NULL);
        while (*rest) {
                size_t i = 0;
                while (i < G_N_ELEMENTS(parts) && !g_str_has_prefix(rest, parts[i].place))
                        i++;
                if (i < G_N_ELEMENTS(parts)) {
                        g_string_append(text, parts[i].text);
                        rest += strlen(parts[i].place);
                } else {
                        g_string_append_c(text, *rest++);
                }
        }
        return g_string_free(text, FALSE);
}
