#include "seal/seal_private.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const seal_room_words[] = {
        N_("The host changed the key. You have the new one."),
        N_("This browser cannot encrypt picture and sound end to end, so it shows and sends none here. Come with a "
           "newer Firefox, Chrome, Edge or Safari. You can read and write meanwhile."),
        N_("This workshop is encrypted end to end, and has no key yet. Make it here, then send the link with the key "
           "to those who take part."),
        N_("This workshop is encrypted end to end, and has no key yet. A host makes it, then gives you the link with "
           "the key."),
        N_("You came without the key of this workshop, so you see and hear nobody, and nobody sees or hears you. Ask a "
           "host for “the link with the key”, and open it here."),
        N_("The key in your link is not the key of this workshop, so you see and hear nobody, and nobody sees or hears "
           "you. Perhaps it was changed: ask a host for the new link with the key."),
        N_("What that means"),
        N_("Make the key"),
        N_("Make a new key"),
        N_("Encrypted end to end"),
        N_("What comes from {names} cannot be opened with your key, and is not shown: they came with another key, or "
           "something on the way changed it."),
        N_("The signs of the key: {signs}. Who reads you the same signs has the same key."),
        N_("The link with the key"),
        N_("Send it to those who take part and to nobody else, not through the chat of this room: whoever has it can "
           "look and listen."),
        N_("Copy the link with the key"),
        N_("Copied."),
        N_("Somebody left who should hear no more? Remove them from the room if they are still here, then make a new "
           "key. Those who are here get it by themselves; who comes later needs the new link."),
        N_("Picture and sound are encrypted in your browser and opened in those of the others. The server passes them "
           "on, and can neither see nor hear them."),
        N_("So there is no recording, no replay, no broadcast and no captions here; no screens or cameras of a hall, "
           "and no cameras or players without a page."),
        N_("Not encrypted for the server: what is written (discussion, questions, polls, slides), names, hands, who is "
           "here and when, when somebody speaks, and how large the pictures are."),
        N_("Close"),
        NULL,
};
