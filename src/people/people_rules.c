#include "people/people_rules.h"

#include <string.h>

static const struct {
        Role role;
        const char *name;
} ROLES[] = {
        { ROLE_ATTENDEE, "attendee" },       { ROLE_SPEAKER, "speaker" },     { ROLE_HOST, "host" },
        { ROLE_READER, "read-only" },        { ROLE_CHECKIN, "check-in" },    { ROLE_CAPTIONER, "captioner" },
        { ROLE_STAGE, "stage-manager" },     { ROLE_PROGRAMME, "programme" }, { ROLE_ORGANISER, "organiser" },
        { ROLE_EVENT_OWNER, "event-owner" }, { ROLE_OWNER, "owner" },
};

#define ORGANISERS (ROLE_ORGANISER | ROLE_EVENT_OWNER)
#define HOSTS (ROLE_HOST | ROLE_STAGE | ORGANISERS)
#define TEAM (HOSTS | ROLE_READER | ROLE_CHECKIN | ROLE_CAPTIONER | ROLE_PROGRAMME)

/* Which roles of an event give a right on it; a right that is not here is given by none. */
static const struct {
        Right right;
        unsigned roles;
} GRANTS[] = {
        { RIGHT_SPEAKER, ROLE_SPEAKER | HOSTS },
        { RIGHT_TEAM, TEAM },
        { RIGHT_HELP, TEAM & ~ROLE_READER },
        { RIGHT_CAPTION, ROLE_CAPTIONER | ROLE_STAGE | ORGANISERS },
        { RIGHT_CHECKIN, ROLE_CHECKIN | ORGANISERS },
        { RIGHT_HOST, HOSTS },
        { RIGHT_STAGE, ROLE_STAGE | ORGANISERS },
        { RIGHT_PROGRAMME, ROLE_PROGRAMME | ORGANISERS },
        { RIGHT_ORGANISER, ORGANISERS },
        { RIGHT_EVENT_OWNER, ROLE_EVENT_OWNER },
};

const char *role_name(Role role)
{
        for (size_t i = 0; i < G_N_ELEMENTS(ROLES); i++)
                if (ROLES[i].role == role)
                        return ROLES[i].name;
        return "";
}

Role role_by_name(const char *name)
{
        for (size_t i = 0; i < G_N_ELEMENTS(ROLES); i++)
                if (strcmp(ROLES[i].name, name) == 0)
                        return ROLES[i].role;
        return 0;
}

bool role_is_of_team(Role role)
{
        return (role & TEAM) != 0;
}

bool roles_satisfy(unsigned roles, bool signed_in, Right right)
{
        if (right == RIGHT_PUBLIC || (roles & ROLE_OWNER))
                return right != RIGHT_NONE && right != RIGHT_DEMO;
        if (right == RIGHT_SIGNED_IN)
                return signed_in;
        for (size_t i = 0; i < G_N_ELEMENTS(GRANTS); i++)
                if (GRANTS[i].right == right)
                        return (roles & GRANTS[i].roles) != 0;
        return false; /* OWNER was answered above; DEMO is the server's to know */
}
