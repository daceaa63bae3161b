/* A picture as anybody may send it: the child's whole way, and EXIF by itself. The first byte chooses. */
#include "picture/encoder/raster.h"

#include <glib.h>

enum { FUZZED_PIXELS_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size == 0)
                return 0;
        if (data[0] == 'e') {
                int orientation = exif_orientation(data + 1, size - 1);
                g_assert(orientation >= 1 && orientation <= 8);
                return 0;
        }
        Encoded encoded = { 0 };
        if (picture_encode(data + 1, size - 1, FUZZED_PIXELS_MAX, &encoded) == PICTURE_FAULT_NONE)
                g_assert(encoded.width <= BIG_SIDE && encoded.small_height <= SMALL_SIDE && encoded.big->len > 0);
        encoded_clear(&encoded);
        return 0;
}
