#include "programme/formats/draft_store.h"

#include "base/time.h"
#include "programme/formats/draft_text.h"
#include "programme/schedule_xml.h"

#include <gio/gio.h>
#include <sodium.h>

#define KEPT_US DAY_US

void import_draft_free(ImportDraft *draft)
{
        if (!draft)
                return;
        g_free(draft->name);
        g_bytes_unref(draft->packed);
        g_clear_pointer(&draft->preview, g_bytes_unref);
        g_free(draft);
}

/* Through a converter, up to size_max bytes out. */
static GBytes *convert(GBytes *bytes, GConverter *converter, size_t size_max)
{
        g_autoptr(GInputStream) plain = g_memory_input_stream_new_from_bytes(bytes);
        g_autoptr(GInputStream) stream = g_converter_input_stream_new(plain, converter);
        g_autoptr(GByteArray) out = g_byte_array_new();
        static const guint step = 256 * 1024;
        for (;;) {
                guint before = out->len;
                g_byte_array_set_size(out, before + step);
                gssize count = g_input_stream_read(stream, out->data + before, step, NULL, NULL);
                if (count < 0 || before + (gsize)MAX(count, 0) > size_max)
                        return NULL;
                g_byte_array_set_size(out, before + (guint)count);
                if (!count)
                        return g_byte_array_free_to_bytes(g_steal_pointer(&out));
        }
}

GBytes *import_draft_pack(GBytes *bytes)
{
        g_autoptr(GConverter) converter = G_CONVERTER(g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 3));
        return convert(bytes, converter, 2 * SCHEDULE_MAX_BYTES);
}

GBytes *import_draft_unpack(GBytes *packed, size_t size_max)
{
        g_autoptr(GConverter) converter = G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
        return convert(packed, converter, size_max);
}

static char *new_token(void)
{
        guint8 bytes[16];
        randombytes_buf(bytes, sizeof bytes);
        GString *token = g_string_sized_new(2 * sizeof bytes + 1);
        for (size_t i = 0; i < sizeof bytes; i++)
                g_string_append_printf(token, "%02x", bytes[i]);
        return g_string_free(token, FALSE);
}

char *import_draft_keep(Db *db, int64_t event, int64_t account, const char *name, GBytes *packed, GBytes *preview)
{
        gsize size, preview_size = 0;
        const void *bytes = g_bytes_get_data(packed, &size);
        const void *rows = preview ? g_bytes_get_data(preview, &preview_size) : NULL;
        char *token = new_token();
        int64_t now = now_us();
        db_run(db, "DELETE FROM import_draft WHERE account_id = $1 AND event_id = $2", "ii", account, event);
        db_run(db, "DELETE FROM import_draft WHERE created_us < $1", "i", now - KEPT_US);
        db_run(db,
               "INSERT INTO import_draft(token, event_id, account_id, name, bytes, created_us, preview) "
               "VALUES($1, $2, $3, $4, $5, $6, nullif($7, x''))",
               "tiitbib", token, event, account, name, bytes, (size_t)size, now, rows, (size_t)preview_size);
        if (!db_failed(db))
                return token;
        g_free(token);
        return NULL;
}

ImportDraft *import_draft_find(Db *db, int64_t event, int64_t account, const char *token)
{
        g_autoptr(Stmt) row =
                db_query(db,
                         "SELECT name, bytes, preview FROM import_draft WHERE token = $1 AND event_id = $2 AND "
                         "account_id = $3 AND created_us > $4",
                         "tiii", token, event, account, now_us() - KEPT_US);
        if (!stmt_next(row))
                return NULL;
        size_t size, preview_size;
        const void *bytes = stmt_blob(row, 1, &size), *preview = stmt_blob(row, 2, &preview_size);
        ImportDraft *draft = g_new0(ImportDraft, 1);
        draft->name = g_strdup(stmt_text(row, 0));
        draft->packed = g_bytes_new(bytes, size);
        draft->preview = preview_size ? g_bytes_new(preview, preview_size) : NULL;
        return draft;
}

bool import_draft_forget(Db *db, const char *token)
{
        return db_run(db, "DELETE FROM import_draft WHERE token = $1", "t", token);
}
