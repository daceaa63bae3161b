#include "notes/notes_private.h"

/* Kept equal to the t("…") of the scripts by tools/check-room-words. */
const char *const notes_room_words[] = {
        N_("The server refuses this change. Copy your words, then reload the page."),
        N_("This note is no more, or is not yours to read."),
        N_("The note is being opened…"),
        N_("All is saved."),
        N_("Being saved…"),
        N_("You may read this note, not change it."),
        N_("The server is not reached. Go on writing: your words are sent when it is back."),
        N_("Somebody"),
        N_("{name} is at line {line}"),
        N_("{name} reads"),
        N_("The notes cannot be read now. Try again in a moment."),
        N_("The note could not be begun. Try again in a moment."),
        N_("Note"),
        N_("Text of the note, in Markdown"),
        N_("Who else is here"),
        N_("As a page, with its history"),
        N_("There is no note yet."),
        N_("Title of another note"),
        N_("Begin"),
        N_("Notes"),
        N_("Done"),
        NULL,
};
