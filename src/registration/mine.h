/* Everything the personal page is about; all of it borrowed by the views. Private to registration/. */
#pragma once
#include "people/people.h"
#include "registration/register_form.h"

typedef struct {
        Event *event;
        Account *account;
        Registration *registration; /* NULL: not registered */
        Places places;
        Setting *setting;
        Seat *onsite; /* in the line for a place on site; NULL: not */
        GPtrArray *kept;
} Mine;
void mine_clear(Mine *mine);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mine, mine_clear)
/* Reads it; a visit with GET confirms the registration. */
void mine_read(Mine *mine, const Request *req, Db *db);
