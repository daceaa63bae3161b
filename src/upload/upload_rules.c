#include "upload/upload_private.h"

#include "base/i18n.h"

#include <string.h>

int64_t upload_number(const char *text)
{
        size_t length = text ? strlen(text) : 0;
        if (length == 0 || length > 18 || strspn(text, "0123456789") != length)
                return -1;
        return g_ascii_strtoll(text, NULL, 10);
}

char *upload_metadata_name(const char *header)
{
        static const char key[] = "filename ";
        if (!header || strlen(header) > 4096)
                return NULL;
        g_auto(GStrv) pairs = g_strsplit(header, ",", 20);
        for (char **pair = pairs; *pair; pair++) {
                const char *at = *pair + strspn(*pair, " ");
                if (!g_str_has_prefix(at, key))
                        continue;
                gsize size = 0;
                g_autofree guchar *bytes = g_base64_decode(at + sizeof key - 1, &size);
                g_autofree char *text = g_strndup((const char *)bytes, size);
                return upload_name(text);
        }
        return NULL;
}

char *upload_name(const char *name)
{
        g_autofree char *whole = g_utf8_make_valid(name, -1);
        const char *slash = strrchr(whole, '/'), *back = strrchr(whole, '\\');
        const char *from = MAX(slash ? slash + 1 : whole, back ? back + 1 : whole);
        g_autoptr(GString) clean = g_string_new(NULL);
        int characters = 0;
        for (const char *at = from; *at && characters < NAME_CHARS; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);
                GUnicodeType type = g_unichar_type(c);
                if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT)
                        continue;
                g_string_append_unichar(clean, c);
                characters++;
        }
        g_strstrip(clean->str);
        return g_strdup(*clean->str ? clean->str : "film");
}

bool upload_key_is_sound(const char *key)
{
        return strlen(key) == KEY_CHARS && strspn(key, "0123456789abcdef") == KEY_CHARS;
}

int64_t upload_needs(int64_t size, int64_t received)
{
        return 2 * size - received;
}

int upload_percent(const Film *film)
{
        int64_t whole = film->state == UPLOAD_RECEIVING ? film->size : film->length_us;
        int64_t part = film->state == UPLOAD_RECEIVING ? film->received : film->made_us;
        return whole > 0 ? (int)CLAMP((double)part * 100 / (double)whole, 0, 100) : 0;
}

const char *upload_fault_text(ConvertFault fault)
{
        static const char *const sentences[] = {
                [CONVERT_FAULT_NONE] = "",
                [CONVERT_FAULT_KIND] = N_("This file is neither a film nor a sound that we know: send it as MP4, WebM, "
                                          "Matroska, AVI, MPEG-TS, MP3 or M4A."),
                [CONVERT_FAULT_EMPTY] = N_("There is neither a picture nor a sound in this file."),
                [CONVERT_FAULT_ENCRYPTED] = N_("This film is locked against copying: send one without such a lock."),
                [CONVERT_FAULT_LONG] = N_("This film is longer than 24 hours: send it in parts."),
                [CONVERT_FAULT_SIZE] = N_("The picture of this film is too large: 8192 pixels on a side at most."),
                [CONVERT_FAULT_CODEC] = N_("Nothing on this server can decode this film: save it as MP4 with H.264."),
                [CONVERT_FAULT_BROKEN] = N_("This file is damaged, or was cut off: save it anew and send it again."),
                [CONVERT_FAULT_TIME] =
                        N_("This film takes too long to be prepared: save it smaller, as MP4 with H.264."),
                [CONVERT_FAULT_MEMORY] = N_("This film needs too much memory: save it smaller, as MP4 with H.264."),
                [CONVERT_FAULT_DISK] = N_("The server’s disk is full: it goes on when there is space again."),
                [CONVERT_FAULT_PROGRAM] =
                        N_("Films cannot be prepared on this server at the moment; its log says why."),
        };
        return sentences[fault];
}
