/* Who may what: pure. Private to people/. */
#pragma once
#include "people/people.h"

/* 0 when the name is no role's. */
Role role_by_name(const char *name);
/* Whether it opens the pages of those who prepare and hold an event. */
bool role_is_of_team(Role role);
/* Whether this set of roles in an event satisfies the right. Deny by default. */
bool roles_satisfy(unsigned roles, bool signed_in, Right right);
