/* The icons of the pages: one list gives the enum, the names and the check that icons.html draws each of them.
 * Views write {{icon arrow}}. Icons never stand alone outside the room and the player: a word goes with them. */
#pragma once

#define ICONS(X)                                                                                                       \
        X(ALERT, "alert")                                                                                              \
        X(ARROW, "arrow")                                                                                              \
        X(CALENDAR, "calendar")                                                                                        \
        X(CAM, "cam")                                                                                                  \
        X(CC, "cc")                                                                                                    \
        X(CHAT, "chat")                                                                                                \
        X(CHECK, "check")                                                                                              \
        X(DOWN, "down")                                                                                                \
        X(EAR, "ear")                                                                                                  \
        X(FACE, "face")                                                                                                \
        X(FILE, "file")                                                                                                \
        X(HAND, "hand")                                                                                                \
        X(INFO, "info")                                                                                                \
        X(LEAVE, "leave")                                                                                              \
        X(MAIL, "mail")                                                                                                \
        X(MIC, "mic")                                                                                                  \
        X(MICOFF, "micoff")                                                                                            \
        X(MORE, "more")                                                                                                \
        X(PEOPLE, "people")                                                                                            \
        X(PLAY, "play")                                                                                                \
        X(PRINT, "print")                                                                                              \
        X(SEARCH, "search")                                                                                            \
        X(SHARE, "share")                                                                                              \
        X(SIGN, "sign")                                                                                                \
        X(SIGNAL, "signal")                                                                                            \
        X(SPEAKER, "speaker")                                                                                          \
        X(STAR, "star")                                                                                                \
        X(UP, "up")
typedef enum {
#define X(name, text) ICON_##name,
        ICONS(X)
#undef X
                ICON_COUNT
} Icon;
