#include "interpret/interpret_private.h"

#include <string.h>

bool interpret_code_is_valid(const char *code)
{
        size_t length = code ? strnlen(code, INTERPRET_CODE_MAX + 1) : 0;
        size_t first = 0;
        while (first < length && g_ascii_islower(code[first]))
                first++;
        if (length > INTERPRET_CODE_MAX || first < 2 || first > 3)
                return false;
        for (size_t at = first; at < length;) { /* "-" and two to eight letters or digits */
                size_t part = at + 1;
                while (part < length && g_ascii_isalnum(code[part]))
                        part++;
                if (code[at] != '-' || part - at < 3 || part - at > 9)
                        return false;
                at = part;
        }
        return true;
}

int interpret_channel(const Interpret *interpret, const char *code)
{
        for (int i = 0; code && *code && i < SFU_CHANNELS; i++)
                if (strcmp(interpret->channels[i].code, code) == 0)
                        return i;
        return SFU_NO_CHANNEL;
}

static Interpreter *find(const Interpret *interpret, int person)
{
        for (guint i = 0; i < interpret->people->len; i++) {
                Interpreter *one = &g_array_index(interpret->people, Interpreter, i);
                if (one->person == person)
                        return one;
        }
        return NULL;
}

bool interpret_may(const Interpret *interpret, int person, int channel)
{
        const Interpreter *one = find(interpret, person);
        return one && channel != SFU_NO_CHANNEL && (one->channels & 1u << channel);
}

void interpret_appoint(Interpret *interpret, int person, int channel, bool on)
{
        Interpreter *one = find(interpret, person);
        if (!one && on) {
                g_array_append_vals(interpret->people, &(Interpreter){ .person = person }, 1);
                one = find(interpret, person);
        }
        if (!one)
                return;
        one->channels = on ? one->channels | 1u << channel : one->channels & ~(1u << channel);
        if (one->channels == 0)
                g_array_remove_index(interpret->people,
                                     (guint)(one - (Interpreter *)(gpointer)interpret->people->data));
}

static void set_who(InterpretChannel *channel, int who, int64_t since_us)
{
        channel->who = who;
        channel->since_us = since_us;
        channel->speaks = false;
}

static void set_next(InterpretChannel *channel, int next, int64_t next_us)
{
        channel->next = next;
        channel->next_us = next_us;
}

void interpret_turn(Interpret *interpret, const Turn *turn)
{
        InterpretChannel *channel = &interpret->channels[turn->channel];
        if (turn->kind == TURN_RELAY) {
                set_next(channel, turn->person, turn->at_us);
                return;
        }
        if (turn->kind == TURN_TAKE) {
                for (int i = 0; i < SFU_CHANNELS; i++)
                        if (interpret->channels[i].who == turn->person)
                                set_who(&interpret->channels[i], 0, 0);
                set_who(channel, turn->person, turn->at_us);
                set_next(channel, 0, 0);
                return;
        }
        if (channel->who == turn->person)
                set_who(channel, 0, 0);
        if (channel->next == turn->person)
                set_next(channel, 0, 0);
}

bool interpret_due(const Interpret *interpret, int64_t now_us, Turn *ret_turn)
{
        for (int i = 0; i < SFU_CHANNELS; i++) {
                const InterpretChannel *channel = &interpret->channels[i];
                if (!channel->next || channel->next_us > now_us)
                        continue;
                *ret_turn = (Turn){ TURN_TAKE, i, channel->next, now_us };
                return true;
        }
        return false;
}

char **interpret_read_languages(const char *text, const char **ret_sentence)
{
        g_auto(GStrv) words = g_strsplit_set(text, " ,;\t\r\n", -1);
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        for (char **word = words; *word; word++) {
                if (!**word || g_hash_table_contains(seen, *word))
                        continue;
                if (!interpret_code_is_valid(*word)) {
                        *ret_sentence = N_("A language is written as two or three small letters, such as fr, en or "
                                           "pt-BR; several are separated by commas.");
                        return NULL;
                }
                g_hash_table_add(seen, *word);
                g_strv_builder_add(builder, *word);
        }
        if (g_hash_table_size(seen) > SFU_CHANNELS) {
                *ret_sentence = N_("A room offers eight languages at most.");
                return NULL;
        }
        return g_strv_builder_end(builder);
}
