/* The address of the phones' page as a QR code (ISO/IEC 18004), for a camera that looks from the last row. */
#include "hall/hall_private.h"

#include <qrencode.h>

/* A path with one box for each run of dark modules of a row. */
char *hall_code(const char *text, int *ret_modules)
{
        QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
        *ret_modules = code ? code->width : 0;
        if (!code)
                return NULL; /* too long: the address stands beside it */
        GString *path = g_string_new(NULL);
        for (int y = 0; y < code->width; y++) {
                const unsigned char *row = code->data + (size_t)y * (size_t)code->width;
                for (int x = 0, from; x < code->width; x++) {
                        if (!(row[x] & 1))
                                continue;
                        for (from = x; x < code->width && (row[x] & 1); x++)
                                ;
                        g_string_append_printf(path, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
                }
        }
        QRcode_free(code);
        return g_string_free(path, FALSE);
}
