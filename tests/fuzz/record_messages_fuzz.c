/* Messages between the server and its recorder, both directions. What is read must be what is written again. */
#include "record/protocol.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const uint8_t *data, size_t size, MessageDirection direction)
{
        Message message;
        size_t used;
        while ((used = message_read(data, size, direction, &message)) > 0 && used != MESSAGE_REFUSED) {
                g_assert(used == MESSAGE_HEADER_BYTES + message.length && used <= size);
                uint8_t header[MESSAGE_HEADER_BYTES];
                message_header(&message, header);
                g_assert(memcmp(header, data, sizeof(header)) == 0);
                g_assert(*message_name(message.type) != '\0');
                volatile int64_t sum = message_i64(&message, 0) ^ message_i64(&message, 8);
                (void)sum;
                data += used;
                size -= used;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size == 0)
                return 0;
        read_all(data + 1, size - 1, data[0] & 1 ? MESSAGE_TO_SERVER : MESSAGE_TO_CHILD);
        return 0;
}
