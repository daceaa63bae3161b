#include "record/protocol.h"

#include "record/little.h"

typedef struct MessageRule {
        const char *name;
        MessageDirection direction;
        uint32_t body_max;
} MessageRule;

static const MessageRule rules[N_MESSAGES] = {
#define MESSAGE_RULE(name, direction, body_max, text) [MESSAGE_##name] = { #name, direction, body_max },
        RECORD_MESSAGES(MESSAGE_RULE)
#undef MESSAGE_RULE
};

int message_language(const Message *message)
{
        int channel = message->track - RECORD_LANGUAGE_TRACK;
        return channel >= 0 && channel < RECORD_LANGUAGES ? channel : -1;
}

/* What a whole message must fulfil beyond its length. */
static bool message_is_sound(const Message *message)
{
        switch (message->type) {
        case MESSAGE_HELLO:
                return message->length >= 2 && get_little(message->body, 2) == RECORD_PROTOCOL_VERSION &&
                       g_utf8_validate((const char *)message->body + 2, (gssize)message->length - 2, NULL);
        case MESSAGE_LANGUAGE:
                return message->track < RECORD_LANGUAGES && message->length > 1;
        case MESSAGE_FRAME:
                if (message->flags & MESSAGE_OWN && (message->track >= RECORD_MICROPHONES || message->length <= 4))
                        return false;
                return message->length > 0 && (message->track <= RECORD_BESIDE_TRACK || message_language(message) >= 0);
        case MESSAGE_SEGMENT:
                return message->length > 16 && !memchr(message->body + 16, '/', message->length - 16);
        case MESSAGE_FAULT:
                return message->track < N_RECORD_FAULTS &&
                       g_utf8_validate((const char *)message->body, (gssize)message->length, NULL);
        case MESSAGE_READY:
        case MESSAGE_PROGRESS:
        case MESSAGE_DONE:
        case MESSAGE_DOWNLOAD:
                return message->length == rules[message->type].body_max;
        default:
                return true;
        }
}

size_t message_read(const uint8_t *bytes, size_t length, MessageDirection direction, Message *ret_message)
{
        if (length < MESSAGE_HEADER_BYTES)
                return 0;
        uint8_t type = bytes[4];
        uint32_t body_length = (uint32_t)get_little(bytes, 4);
        if (type == MESSAGE_NONE || type >= N_MESSAGES || rules[type].direction != direction ||
            body_length > rules[type].body_max)
                return MESSAGE_REFUSED;
        if (length - MESSAGE_HEADER_BYTES < body_length)
                return 0;

        Message message = { .type = type,
                            .track = bytes[5],
                            .flags = (uint16_t)get_little(bytes + 6, 2),
                            .time_us = (int64_t)get_little(bytes + 8, 8),
                            .body = bytes + MESSAGE_HEADER_BYTES,
                            .length = body_length };
        /* Years 1970 to 2100: no sum of such times overflows later. */
        if (message.time_us < 0 || message.time_us > INT64_C(4102444800000000) || !message_is_sound(&message))
                return MESSAGE_REFUSED;
        *ret_message = message;
        return MESSAGE_HEADER_BYTES + body_length;
}

void message_header(const Message *message, uint8_t ret_header[MESSAGE_HEADER_BYTES])
{
        put_little(ret_header, message->length, 4);
        ret_header[4] = (uint8_t)message->type;
        ret_header[5] = message->track;
        put_little(ret_header + 6, message->flags, 2);
        put_little(ret_header + 8, (uint64_t)message->time_us, 8);
}

int64_t message_i64(const Message *message, size_t offset)
{
        return message->length >= offset + 8 ? (int64_t)get_little(message->body + offset, 8) : 0;
}

void bytes_put_i64(uint8_t *to, int64_t value)
{
        put_little(to, (uint64_t)value, 8);
}

const char *message_name(MessageType type)
{
        return type < N_MESSAGES && rules[type].name ? rules[type].name : "none";
}
