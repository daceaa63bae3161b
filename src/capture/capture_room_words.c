#include "capture/capture_private.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const capture_room_words[] = {
        N_("Look into the connection"),
        N_("{name} asks to look into your connection"),
        N_("For one minute it is noted when packets come and go, how large they are, and what stands on their outside. "
           "Not "
           "what you say or show, and not your address. The hosts of this room can download it for a week."),
        N_("Agree, for one minute"),
        N_("No"),
        N_("Asked {name}: waiting for an answer"),
        N_("The packets of {name}'s connection are noted"),
        N_("The packets of your connection are noted, without what you say or show"),
        N_("Stop"),
        N_("Packets of {name}'s connection, {time}"),
        N_("Download for Wireshark"),
        NULL,
};
