#include "floor/floor_private.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const floor_room_words[] = {
        N_("Give the floor"),
        N_("Give the floor to {name}"),
        N_("{name} has the floor"),
        N_("You have the floor"),
        N_("of {limit}"),
        N_("Time is up"),
        N_("Take the floor back"),
        N_("Time for each"),
        N_("no limit"),
        N_("{minutes} min"),
        NULL,
};
