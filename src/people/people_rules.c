#include "people/people_rules.h"

#include <string.h>

static const struct {
        Role role;
        const char *name;
} ROLES[] = { { ROLE_ATTENDEE, "attendee" },
              { ROLE_SPEAKER, "speaker" },
              { ROLE_HOST, "host" },
              { ROLE_ORGANISER, "organiser" },
              { ROLE_OWNER, "owner" } };

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

bool roles_satisfy(unsigned roles, bool signed_in, Right right)
{
        if (right == RIGHT_PUBLIC || (roles & ROLE_OWNER))
                return right != RIGHT_NONE && right != RIGHT_DEMO;
        switch (right) {
        case RIGHT_SIGNED_IN:
                return signed_in;
        case RIGHT_SPEAKER:
                return roles & (ROLE_SPEAKER | ROLE_HOST | ROLE_ORGANISER);
        case RIGHT_HOST:
                return roles & (ROLE_HOST | ROLE_ORGANISER);
        case RIGHT_ORGANISER:
                return roles & ROLE_ORGANISER;
        default: /* OWNER was answered above; DEMO is the server's to know */
                return false;
        }
}
