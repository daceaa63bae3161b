#include "picture/encoder/raster.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY_BYTES = 12 };

typedef struct {
        const uint8_t *bytes;
        size_t size;
        bool little;
} Tiff;

static unsigned short_at(const Tiff *tiff, size_t at)
{
        const uint8_t *b = tiff->bytes + at;
        return tiff->little ? b[0] | (unsigned)b[1] << 8 : (unsigned)b[0] << 8 | b[1];
}

static size_t long_at(const Tiff *tiff, size_t at)
{
        return tiff->little ? short_at(tiff, at) | (size_t)short_at(tiff, at + 2) << 16
                            : (size_t)short_at(tiff, at) << 16 | short_at(tiff, at + 2);
}

int exif_orientation(const uint8_t *bytes, size_t size)
{
        if (size < 14 || memcmp(bytes, "Exif\0\0", 6) != 0)
                return 1;
        Tiff tiff = { bytes + 6, size - 6, bytes[6] == 'I' };
        if (memcmp(tiff.bytes, tiff.little ? "II*\0" : "MM\0*", 4) != 0)
                return 1;
        size_t at = long_at(&tiff, 4);
        if (at > tiff.size - 2)
                return 1;
        unsigned count = short_at(&tiff, at);
        at += 2;
        for (; count > 0 && at + ENTRY_BYTES <= tiff.size; count--, at += ENTRY_BYTES)
                if (short_at(&tiff, at) == TAG_ORIENTATION && short_at(&tiff, at + 2) == TYPE_SHORT) {
                        unsigned value = short_at(&tiff, at + 8);
                        return value >= 1 && value <= 8 ? (int)value : 1;
                }
        return 1;
}
