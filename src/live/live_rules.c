/* The room's pure decisions: no I/O, no clock. */
#include "live/live_private.h"

#include <string.h>

static const char *const role_words[] = { "guest", "attendee", "speaker", "host" };

const char *live_role_word(LiveRole role)
{
        return role_words[role];
}

LiveRole live_role_from_word(const char *word)
{
        for (LiveRole role = LIVE_GUEST; role <= LIVE_HOST; role++)
                if (g_strcmp0(word, role_words[role]) == 0)
                        return role;
        return LIVE_GUEST;
}

unsigned live_seats_for(int highest_seat)
{
        static const unsigned steps[] = { 4, 8, 12, 16, 24 };
        for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
                if (highest_seat < (int)steps[i])
                        return steps[i];
        return SFU_SEATS;
}

static const OnStage *find_on_stage(const OnStage *people, size_t count, int pinned, int seat, bool screen)
{
        for (size_t i = 0; i < count; i++) {
                const OnStage *person = &people[i];
                if (person->seat == SFU_NO_SEAT)
                        continue;
                if (screen ? person->screen : person->camera && (person->id == pinned || person->seat == seat))
                        return person;
        }
        return NULL;
}

static OnAir on_air(const OnStage *person, const char *what)
{
        return (OnAir){ person->id, person->seat, what };
}

static const char *const scene_words[] = {
#define LIVE_SCENE_WORD(name, word) word,
        LIVE_SCENES(LIVE_SCENE_WORD)
#undef LIVE_SCENE_WORD
};

const char *live_scene_word(LiveScene scene)
{
        return scene_words[scene];
}

bool live_scene_from_word(const char *word, LiveScene *ret_scene)
{
        for (LiveScene scene = LIVE_SCENE_AUTO; scene < LIVE_N_SCENES; scene++) {
                if (g_strcmp0(word, scene_words[scene]) != 0)
                        continue;
                *ret_scene = scene;
                return true;
        }
        return false;
}

static OnAir camera_on_air(const OnStage *people, size_t count, int pinned, int dominant_seat)
{
        const OnStage *person = NULL;
        if (pinned && (person = find_on_stage(people, count, pinned, SFU_SEATS, false)))
                return on_air(person, "pinned");
        if (dominant_seat != SFU_NO_SEAT && (person = find_on_stage(people, count, 0, dominant_seat, false)))
                return on_air(person, "loudest");
        for (int seat = 0; seat < SFU_SEATS; seat++) /* nobody speaks yet: the first camera rather than the poster */
                if ((person = find_on_stage(people, count, 0, seat, false)))
                        return on_air(person, "loudest");
        return (OnAir){ 0, SFU_NO_SEAT, "poster" };
}

bool live_door_waits(LiveDoor door, LiveRole role, bool outside, bool rehearses)
{
        if (role >= LIVE_SPEAKER || door == DOOR_OPEN)
                return false;
        return door == DOOR_REHEARSAL ? !rehearses : outside;
}

static const OnStage *shared_screen(const OnStage *people, size_t count, LiveScene scene)
{
        return scene == LIVE_SCENE_SPEAKER || scene == LIVE_SCENE_GALLERY ? NULL
                                                                          : find_on_stage(people, count, 0, 0, true);
}

OnAir live_on_air(const OnStage *people, size_t count, int pinned, int dominant_seat, LiveScene scene)
{
        const OnStage *sharer = shared_screen(people, count, scene);
        if (sharer)
                return on_air(sharer, "screen");
        if (scene == LIVE_SCENE_GALLERY)
                return (OnAir){ 0, SFU_NO_SEAT, "poster" };
        return camera_on_air(people, count, pinned, dominant_seat);
}

OnAir live_beside(const OnStage *people, size_t count, int pinned, int dominant_seat, LiveScene scene)
{
        if (scene == LIVE_SCENE_SCREEN || !shared_screen(people, count, scene))
                return (OnAir){ 0, SFU_NO_SEAT, "poster" };
        return camera_on_air(people, count, pinned, dominant_seat);
}

static bool is_screen(const OnAir *air)
{
        return strcmp(air->what, "screen") == 0;
}

bool live_is_there(const OnStage *people, size_t count, const OnAir *air)
{
        if (!air->who)
                return true;
        for (size_t i = 0; i < count; i++)
                if (people[i].id == air->who && people[i].seat == air->seat)
                        return is_screen(air) ? people[i].screen : people[i].camera;
        return false;
}

int64_t live_cut(LiveCut *cut, const OnAir *wanted, bool there, int64_t mono_us)
{
        bool same = cut->now.who == wanted->who && cut->now.seat == wanted->seat &&
                    is_screen(&cut->now) == is_screen(wanted);
        if (!same && there && cut->cut_us && mono_us < cut->cut_us + CUT_LEAST_US)
                return cut->cut_us + CUT_LEAST_US;
        cut->now = *wanted;
        if (!same)
                cut->cut_us = mono_us;
        return 0;
}

bool live_talk_counts(const LiveTalk *talk, int64_t at_us)
{
        return talk->code && at_us >= talk->start_us - EARLY_US && at_us < talk->end_us + OVERRUN_US;
}

LiveAdmission live_admit(const LiveComing *coming)
{
        if (coming->here || coming->role >= LIVE_SPEAKER)
                return LIVE_WELCOME;
        if (coming->people >= coming->places && coming->watchers >= coming->watchers_max)
                return LIVE_ROOM_FULL;
        if (coming->local)
                return LIVE_WELCOME;
        if (coming->arrivals >= coming->arrivals_max)
                return LIVE_NETWORK_FULL;
        return coming->role == LIVE_GUEST && coming->of_network >= NETWORK_GUESTS_MAX ? LIVE_NETWORK_FULL
                                                                                      : LIVE_WELCOME;
}

char *live_clean_text(const char *text, size_t max_chars, bool lines)
{
        if (!text || !g_utf8_validate(text, -1, NULL))
                return NULL;
        g_autofree char *clean = g_strstrip(g_strdup(text));
        if (!*clean || g_utf8_strlen(clean, -1) > (glong)max_chars)
                return NULL;
        for (const char *c = clean; *c; c = g_utf8_next_char(c)) {
                gunichar letter = g_utf8_get_char(c);
                bool hidden = g_unichar_iscntrl(letter) || (letter >= 0x202a && letter <= 0x202e) ||
                              (letter >= 0x2066 && letter <= 0x2069); /* direction overrides disguise names */
                if (hidden && !(lines && letter == '\n'))
                        return NULL;
        }
        return g_steal_pointer(&clean);
}

bool live_is_token(const char *text, size_t max_length)
{
        size_t length = text ? strlen(text) : 0;
        return length > 0 && length <= max_length &&
               strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

int64_t live_hall_stay_us(bool hand)
{
        return hand ? 2 * HOUR_US : 20 * MINUTE_US;
}

/* times_us is a ring of the last `count` allowed moments. */
bool live_rate_allows(int64_t *times_us, unsigned count, unsigned *next, int64_t window_us, int64_t now_us)
{
        int64_t oldest = times_us[*next];
        if (oldest && now_us - oldest < window_us)
                return false;
        times_us[*next] = now_us;
        *next = (*next + 1) % count;
        return true;
}
