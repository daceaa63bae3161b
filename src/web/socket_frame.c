#include "web/socket_frame.h"

#define WHOLE_TEXT 0x81
#define IN_TWO_BYTES 126
#define IN_EIGHT_BYTES 127

size_t socket_frame_head(size_t length, uint8_t ret_head[SOCKET_HEAD_MAX])
{
        ret_head[0] = WHOLE_TEXT;
        if (length < IN_TWO_BYTES) {
                ret_head[1] = (uint8_t)length;
                return 2;
        }
        size_t digits = length <= UINT16_MAX ? 2 : 8;
        ret_head[1] = digits == 2 ? IN_TWO_BYTES : IN_EIGHT_BYTES;
        for (size_t i = 0; i < digits; i++)
                ret_head[2 + i] = (uint8_t)(length >> (8 * (digits - 1 - i)));
        return 2 + digits;
}
