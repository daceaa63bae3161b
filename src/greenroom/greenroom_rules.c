#include "greenroom/greenroom_private.h"

#include <string.h>

/* Letters and figures that are neither read nor heard for one another: no 0 O, 1 I L, 2 Z, 5 S, 6 G, 8 B; of
 * M N and U V one alone. */
static const char code_letters[] = "ACDEFHJKMPQRTUWXY3479";

static const struct {
        const char *word, *title;
} checks[] = {
#define X(name, word, title) { word, title },
        GREEN_CHECKS(X)
#undef X
};

static const struct {
        const char *word;
        int max;
} numbers[] = {
#define X(name, word, max) { word, max },
        GREEN_NUMBERS(X)
#undef X
};

static const Outcome outcomes[] = {
        { GREEN_BROWSER, "ok", LEVEL_OK, N_("Your browser can do all that the room needs."), "" },
        { GREEN_BROWSER, "old", LEVEL_BAD,
          N_("Your browser is too old for the room, or something was switched off in it."),
          N_("Bring it up to date, or take a recent Firefox, Chrome, Edge or Safari.") },
        { GREEN_CAMERA, "ok", LEVEL_OK, N_("Your camera works."), "" },
        { GREEN_CAMERA, "off", LEVEL_OK, N_("Without a camera: people will hear you."), "" },
        { GREEN_CAMERA, "dark", LEVEL_WARN, N_("Your picture is very dark."),
          N_("Put a lamp in front of you, or turn your back to the wall rather than to the window.") },
        { GREEN_CAMERA, "refused", LEVEL_BAD, N_("The browser may not use your camera."),
          N_("Press the camera sign beside the address of this page, allow it, and try again.") },
        { GREEN_CAMERA, "missing", LEVEL_WARN, N_("No camera was found."),
          N_("Plug one in and try again. Without one, people hear you all the same.") },
        { GREEN_CAMERA, "busy", LEVEL_BAD, N_("Another program is using your camera."),
          N_("Close the other meeting or camera program, and try again.") },
        { GREEN_MICROPHONE, "ok", LEVEL_OK, N_("You are heard well."), "" },
        { GREEN_MICROPHONE, "quiet", LEVEL_WARN, N_("Your voice is very soft."),
          N_("Come closer to the microphone, or turn it up in the settings of your computer.") },
        { GREEN_MICROPHONE, "loud", LEVEL_WARN, N_("Your voice is so loud that it crackles."),
          N_("Move back from the microphone, or turn it down in the settings of your computer.") },
        { GREEN_MICROPHONE, "silent", LEVEL_BAD, N_("No sound comes from your microphone."),
          N_("Look for a mute button on it or on its cable, or choose another one in the list.") },
        { GREEN_MICROPHONE, "refused", LEVEL_BAD, N_("The browser may not use your microphone."),
          N_("Press the microphone sign beside the address of this page, allow it, and try again.") },
        { GREEN_MICROPHONE, "missing", LEVEL_BAD, N_("No microphone was found."),
          N_("Plug in a headset and try again.") },
        { GREEN_MICROPHONE, "busy", LEVEL_BAD, N_("Another program is using your microphone."),
          N_("Close the other meeting or sound program, and try again.") },
        { GREEN_SPEAKER, "ok", LEVEL_OK, N_("You hear the room. With a headset, nobody hears an echo."), "" },
        { GREEN_SPEAKER, "silent", LEVEL_BAD, N_("You heard nothing."),
          N_("Turn up the sound, look which loudspeaker your computer uses, and play the sound again.") },
        { GREEN_LINE, "ok", LEVEL_OK, N_("Messages to the room pass."), "" },
        { GREEN_LINE, "blocked", LEVEL_BAD, N_("Messages to the room do not pass."),
          N_("Try another network, such as your phone's, or switch off extensions of your browser for this page.") },
        { GREEN_LINE, "often", LEVEL_WARN, N_("The network was measured from here very often."),
          N_("Nothing is wrong: come back in an hour.") },
        { GREEN_LINE, "busy", LEVEL_WARN, N_("Others are measuring just now."), N_("Try again in a minute.") },
        { GREEN_WAY, "udp", LEVEL_OK, N_("Picture and sound take the fast way (UDP)."), "" },
        { GREEN_WAY, "tcp", LEVEL_WARN,
          N_("Your network blocks the fast way (UDP); picture and sound take the slower one (TCP)."),
          N_("Try another network, such as your phone's. If you have no other, change nothing: the room works.") },
        { GREEN_WAY, "relay", LEVEL_WARN, N_("Picture and sound pass by a detour only (TURN)."),
          N_("Try another network, such as your phone's. If you have no other, change nothing: the room works.") },
        { GREEN_WAY, "none", LEVEL_BAD, N_("Picture and sound do not pass."),
          N_("Try another network, such as your phone's, or show the end of this page to whoever runs this one.") },
        { GREEN_PICTURE, "ok", LEVEL_OK, N_("Your line carries a good picture."), "" },
        { GREEN_PICTURE, "small", LEVEL_WARN, N_("Your line is just wide enough: your picture will be small."),
          N_("If you can, plug in the cable or move closer to the box. Else change nothing: the room adapts.") },
        { GREEN_PICTURE, "voice", LEVEL_BAD, N_("Your line is too narrow for a picture."),
          N_("Come without your camera: your voice passes. Or try another network, such as your phone's.") },
        { GREEN_DELAY, "ok", LEVEL_OK, N_("What you say arrives at once."), "" },
        { GREEN_DELAY, "late", LEVEL_WARN, N_("What you say arrives late."),
          N_("Plug in the cable, and let nobody download or watch films meanwhile.") },
        { GREEN_DELAY, "holes", LEVEL_WARN, N_("Some of what you say is lost on the way."),
          N_("Plug in the cable or move closer to the box: the radio is weak here.") },
};

static const struct {
        const char *key, *text;
} script_words[] = {
        { "measuring", N_("Measuring, 20 seconds…") },
        { "again", N_("Measure again") },
        { "recording", N_("Recording: speak for 5 seconds…") },
        { "recorded", N_("Listen to yourself.") },
        { "unrecorded", N_("This browser cannot record here. Watch the bar while you speak.") },
        { "no_camera", N_("Without a camera") },
        { "one_camera", N_("Camera") },
        { "one_microphone", N_("Microphone") },
        { "code_failed", N_("The code could not be made. Try again in a moment.") },
        { "figures", N_("At least {up} Mbit/s to the room and {down} Mbit/s from it, {rtt} ms, {loss} lost.") },
        { "ways", N_("UDP: {udp}. TCP: {tcp}. TURN: {turn}.") },
        { "passes", N_("passes") },
        { "blocked", N_("blocked") },
        { "untried", N_("not offered") },
};

/* --- What was found ----------------------------------------------------------------------------------------------- */

const char *green_check_word(int check)
{
        return checks[check].word;
}

const char *green_check_title(int check)
{
        return checks[check].title;
}

static const Outcome *find_outcome(int check, const char *word)
{
        for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++)
                if ((int)outcomes[i].check == check && !g_strcmp0(outcomes[i].word, word))
                        return &outcomes[i];
        return NULL;
}

GreenLevel outcome_level(const Outcome *outcome)
{
        return outcome ? outcome->level : LEVEL_UNTRIED;
}

const char *level_text(GreenLevel level)
{
        static const char *const texts[] = { N_("In order"), N_("Could be better"), N_("To be mended"),
                                             N_("Not tried yet") };
        return texts[level];
}

const char *level_class(GreenLevel level)
{
        static const char *const classes[] = { "ok", "warn", "bad", "" };
        return classes[level];
}

void findings_init(Findings *findings)
{
        *findings = (Findings){ 0 };
        for (int i = 0; i < GREEN_N_NUMBERS; i++)
                findings->numbers[i] = -1;
}

static bool is_agent(const char *text)
{
        return text && strlen(text) <= AGENT_CHARS &&
               strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789. ") == strlen(text);
}

static bool read_one(Findings *findings, const char *name, const json_t *value)
{
        for (int i = 0; i < GREEN_N_CHECKS; i++)
                if (!strcmp(name, checks[i].word))
                        return (findings->outcomes[i] = find_outcome(i, json_string_value(value))) != NULL;
        for (int i = 0; i < GREEN_N_NUMBERS; i++) {
                if (strcmp(name, numbers[i].word) != 0)
                        continue;
                json_int_t number = json_integer_value(value);
                findings->numbers[i] = (int)number;
                return json_is_integer(value) && number >= 0 && number <= numbers[i].max;
        }
        if (strcmp(name, "agent") != 0 || !is_agent(json_string_value(value)))
                return false;
        g_strlcpy(findings->agent, json_string_value(value), sizeof findings->agent);
        return true;
}

bool findings_read(const char *text, size_t length, Findings *ret_findings)
{
        if (length > FINDINGS_BYTES)
                return false;
        json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL), *value;
        bool fit = json_is_object(object);
        const char *name;
        findings_init(ret_findings);
        json_object_foreach(object, name, value)
        {
                fit = fit && read_one(ret_findings, name, value);
        }
        json_decref(object);
        return fit;
}

char *findings_write(const Findings *findings)
{
        json_t *object = json_object();
        for (int i = 0; i < GREEN_N_CHECKS; i++)
                if (findings->outcomes[i])
                        json_object_set_new(object, checks[i].word, json_string(findings->outcomes[i]->word));
        for (int i = 0; i < GREEN_N_NUMBERS; i++)
                if (findings->numbers[i] >= 0)
                        json_object_set_new(object, numbers[i].word, json_integer(findings->numbers[i]));
        if (*findings->agent)
                json_object_set_new(object, "agent", json_string(findings->agent));
        char *text = json_dumps(object, JSON_COMPACT), *copy = g_strdup(text);
        free(text);
        json_decref(object);
        return copy;
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

static char *take_json(json_t *json)
{
        char *text = json_dumps(json, JSON_COMPACT), *copy = g_strdup(text);
        free(text);
        json_decref(json);
        return copy;
}

static const char *translated(const Lang *lang, const char *source)
{
        return *source ? tr(lang, source) : "";
}

char *green_outcomes_json(const Lang *lang)
{
        json_t *all = json_object();
        for (int i = 0; i < GREEN_N_CHECKS; i++)
                json_object_set_new(all, checks[i].word, json_object());
        for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++)
                json_object_set_new(json_object_get(all, checks[outcomes[i].check].word), outcomes[i].word,
                                    json_pack("[s, s, s]", level_class(outcomes[i].level), tr(lang, outcomes[i].text),
                                              translated(lang, outcomes[i].todo)));
        return take_json(all);
}

char *green_words_json(const Lang *lang)
{
        json_t *all = json_object();
        for (size_t i = 0; i < G_N_ELEMENTS(script_words); i++)
                json_object_set_new(all, script_words[i].key, json_string(tr(lang, script_words[i].text)));
        for (GreenLevel level = LEVEL_OK; level < LEVEL_UNTRIED; level++)
                json_object_set_new(all, level_class(level), json_string(tr(lang, level_text(level))));
        return take_json(all);
}

static const char *script_word(const Lang *lang, const char *key)
{
        for (size_t i = 0; i < G_N_ELEMENTS(script_words); i++)
                if (!g_strcmp0(script_words[i].key, key))
                        return tr(lang, script_words[i].text);
        g_assert_not_reached();
}

static void put(GString *text, const char *name, const char *value)
{
        g_string_replace(text, name, value, 0);
}

static void put_tenths(const Lang *lang, GString *text, const char *name, int value, int per_unit, const char *unit)
{
        char number[32];
        g_snprintf(number, sizeof number, "%.1f", (double)value / per_unit);
        g_strdelimit(number, ".", *tr(lang, "."));
        g_autofree char *whole = g_strconcat(number, unit, NULL);
        put(text, name, whole);
}

char *findings_figures(const Lang *lang, const Findings *findings)
{
        const int *n = findings->numbers;
        if (n[NUMBER_UP_KBPS] < 0 || n[NUMBER_DOWN_KBPS] < 0 || n[NUMBER_RTT_MS] < 0)
                return NULL;
        GString *text = g_string_new(script_word(lang, "figures"));
        g_autofree char *rtt = g_strdup_printf("%d", n[NUMBER_RTT_MS]);
        put_tenths(lang, text, "{up}", n[NUMBER_UP_KBPS], 1000, "");
        put_tenths(lang, text, "{down}", n[NUMBER_DOWN_KBPS], 1000, "");
        put_tenths(lang, text, "{loss}", MAX(n[NUMBER_LOSS_PERMILLE], 0), 10, " %");
        put(text, "{rtt}", rtt);
        return g_string_free(text, FALSE);
}

char *findings_ways(const Lang *lang, const Findings *findings)
{
        static const struct {
                const char *name;
                GreenNumber number;
        } ways[] = { { "{udp}", NUMBER_UDP }, { "{tcp}", NUMBER_TCP }, { "{turn}", NUMBER_TURN } };
        if (findings->numbers[NUMBER_UDP] < 0)
                return NULL;
        GString *text = g_string_new(script_word(lang, "ways"));
        for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
                int passes = findings->numbers[ways[i].number];
                put(text, ways[i].name, script_word(lang, passes > 0 ? "passes" : passes == 0 ? "blocked" : "untried"));
        }
        return g_string_free(text, FALSE);
}

/* --- Codes -------------------------------------------------------------------------------------------------------- */

void green_code_from(const unsigned char bytes[CODE_CHARS], char ret_code[CODE_CHARS + 1])
{
        for (int i = 0; i < CODE_CHARS; i++)
                ret_code[i] = code_letters[bytes[i] % (sizeof code_letters - 1)];
        ret_code[CODE_CHARS] = 0;
}

bool green_code_read(const char *typed, char ret_code[CODE_CHARS + 1])
{
        size_t length = 0;
        for (; *typed; typed++) {
                char letter = g_ascii_toupper(*typed);
                if (letter == ' ' || letter == '-' || letter == '.')
                        continue;
                if (length == CODE_CHARS || !strchr(code_letters, letter))
                        return false;
                ret_code[length++] = letter;
        }
        ret_code[length] = 0;
        return length == CODE_CHARS;
}

bool page_key_is_fit(const char *key)
{
        return strlen(key) == PAGE_KEY_CHARS && strspn(key, "0123456789abcdef") == PAGE_KEY_CHARS;
}
