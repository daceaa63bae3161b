/* What each role is called and what it may do, in words: the team's page, the invitation and its page say the same. */
#include "people/people_views.h"

static const struct {
        Role role;
        const char *label, *may;
} WORDS[] = {
        { ROLE_ATTENDEE, N_("attendee"), N_("Takes part.") },
        { ROLE_SPEAKER, N_("speaker"), N_("Takes the stage, and says whether that may be recorded.") },
        { ROLE_HOST, N_("host"), N_("Leads a room: who is on stage, what is recorded.") },
        { ROLE_STAGE, N_("stage manager"), N_("Leads every room, and prepares what happens in it.") },
        { ROLE_CAPTIONER, N_("captioner"), N_("Writes captions in the rooms.") },
        { ROLE_CHECKIN, N_("check-in"), N_("Welcomes people at the door: sees who has registered.") },
        { ROLE_PROGRAMME, N_("programme committee"),
          N_("Prepares the programme: sessions, speakers, rooms and hours.") },
        { ROLE_READER, N_("read-only"), N_("Sees what is being prepared, changes nothing.") },
        { ROLE_ORGANISER, N_("organiser"), N_("Prepares everything: programme, registrations, texts, team.") },
        { ROLE_EVENT_OWNER, N_("owner of the event"),
          N_("An organiser who also says who organises, and whose event it is.") },
        { ROLE_OWNER, N_("owner"), N_("Runs the server.") },
};

const char *role_label(Role role)
{
        for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
                if (WORDS[i].role == role)
                        return WORDS[i].label;
        return "";
}

const char *role_may(Role role)
{
        for (size_t i = 0; i < G_N_ELEMENTS(WORDS); i++)
                if (WORDS[i].role == role)
                        return WORDS[i].may;
        return "";
}
