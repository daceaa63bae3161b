#include "discuss/discuss_private.h"
#include "base/i18n.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const discuss_room_words[] = {
        N_("Reactions"),
        N_("Applaud"),
        N_("Love it"),
        N_("Laugh"),
        N_("Agree"),
        N_("Celebrate"),
        N_("{name}: {count} just now"),
        N_("Show the reactions of others"),
        NULL,
};
