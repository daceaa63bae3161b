#include "captions/captions_private.h"
#include "base/i18n.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const captions_room_words[] = {
        N_("Captions"),
        N_("Live captions"),
        N_("My screen reader reads the captions"),
        N_("Not shown"),
        N_("Small"),
        N_("Normal"),
        N_("Medium"),
        N_("Large"),
        N_("Sign language"),
        N_("Pin as the sign-language interpreter"),
        N_("No longer the sign-language interpreter"),
        N_("{name} (you)"),
        N_("Type captions"),
        N_("{name} types the captions now."),
        N_("I take over"),
        N_("Captions: Enter shows the line, ↑ corrects the last ones"),
        N_("Correction: Enter keeps it, Escape leaves it; empty takes the line back"),
        N_("Correct"),
        N_("Correct: {text}"),
        N_("Show"),
        N_("Show each word as I type"),
        NULL,
};
