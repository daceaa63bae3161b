/* pack-assets OUT.c NAME FILE [NAME FILE …]: compiles files into the program as the table of web/asset.h.
 *
 * A script's imports name other assets ("./chat.js", or "preact" for the asset preact.js); they are rewritten to the
 * hashed addresses, so an asset is packed after what it imports, its hash covers the hashes of those, and a circle is
 * refused. Comments and strings are not looked into, which is why there is a small scanner for JavaScript here. A
 * comment that has its lines to itself is left out, as is JSDoc's on one line: who reads them reads the sources. */
#include <gio/gio.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { WAITING, BEING_PACKED, PACKED } State;

typedef struct {
        const char *name, *file;
        State state;
        char *path;
        GString *bytes;
        GBytes *gzip;
} Item;

static G_NORETURN G_GNUC_PRINTF(1, 2) void fail(const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        fprintf(stderr, "pack-assets: ");
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
        va_end(arguments);
        exit(1);
}

static const char *content_type(const char *name)
{
        static const struct {
                const char *end, *type;
        } table[] = { { ".js", "text/javascript; charset=utf-8" },
                      { ".mjs", "text/javascript; charset=utf-8" },
                      { ".css", "text/css; charset=utf-8" },
                      { ".svg", "image/svg+xml" },
                      { ".png", "image/png" },
                      { ".jpg", "image/jpeg" },
                      { ".webp", "image/webp" },
                      { ".json", "application/json" },
                      { ".txt", "text/plain; charset=utf-8" },
                      { ".wasm", "application/wasm" } };
        for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
                if (g_str_has_suffix(name, table[i].end))
                        return table[i].type;
        fail("%s: no content type is known for this ending", name);
}

static Item *find_item(GPtrArray *items, const char *name)
{
        for (guint i = 0; i < items->len; i++) {
                Item *item = g_ptr_array_index(items, i);
                if (!strcmp(item->name, name))
                        return item;
        }
        return NULL;
}

/* "./chat.js" beside "live/room.js" is "live/chat.js"; "preact" is "preact" or "preact.js"; NULL: no asset of ours. */
static Item *resolve(GPtrArray *items, const Item *from, const char *specifier)
{
        if (specifier[0] == '.') {
                g_autofree char *folder = g_path_get_dirname(from->name);
                g_autofree char *rooted = g_strconcat("/", folder, NULL);
                g_autofree char *path = g_canonicalize_filename(specifier, rooted);
                Item *item = find_item(items, path + 1);
                if (!item)
                        fail("%s: imports \"%s\", and no asset is named %s", from->file, specifier, path + 1);
                return item;
        }
        g_autofree char *with_ending = g_strconcat(specifier, ".js", NULL);
        Item *item = find_item(items, specifier);
        return item ? item : find_item(items, with_ending);
}

/* --- The scanner --- */

static const char *skip_string(const char *p, const char *end)
{
        char quote = *p++;
        while (p < end && *p != quote)
                p += *p == '\\' ? 2 : 1;
        return MIN(p + 1, end);
}

static const char *skip_comment(const char *p, const char *end)
{
        const char *close = g_strstr_len(p + 2, end - p - 2, p[1] == '*' ? "*/" : "\n");
        return close ? close + (p[1] == '*' ? 2 : 0) : end;
}

static const char *skip_regex(const char *p, const char *end)
{
        bool in_class = false;
        for (p++; p < end && *p != '\n' && (in_class || *p != '/'); p++) {
                if (*p == '\\')
                        p++;
                else
                        in_class = *p == '[' || (in_class && *p != ']');
        }
        return MIN(p + 1, end);
}

/* After an operand / divides; after an operator or a word such as return it begins a pattern. */
static bool slash_begins_regex(const char *start, const char *p)
{
        while (p > start && g_ascii_isspace(p[-1]))
                p--;
        if (p == start)
                return true;
        if (!g_ascii_isalnum(p[-1]) && !strchr("_$)]}\"'`", p[-1]))
                return true;
        const char *word = p;
        while (word > start && g_ascii_isalpha(word[-1]))
                word--;
        static const char *const before[] = { "return", "typeof", "case", "in", "of", "void", "delete", "else", NULL };
        g_autofree char *text = g_strndup(word, (gsize)(p - word));
        return g_strv_contains(before, text);
}

static bool ends_with_word(const GString *out, const char *word)
{
        size_t length = strlen(word), at = out->len;
        while (at && (g_ascii_isspace(out->str[at - 1]) || out->str[at - 1] == '('))
                at--;
        if (at < length || strncmp(out->str + at - length, word, length) != 0)
                return false;
        char before = at > length ? out->str[at - length - 1] : ' ';
        return !g_ascii_isalnum(before) && !strchr("_$.", before);
}

static void pack(GPtrArray *items, Item *item);

static void append_specifier(GPtrArray *items, Item *item, const char *start, const char *stop)
{
        g_autofree char *specifier = g_strndup(start + 1, (gsize)(stop - start - 2));
        Item *imported = resolve(items, item, specifier);
        if (!imported) {
                g_string_append_len(item->bytes, start, stop - start);
                return;
        }
        pack(items, imported);
        g_string_append_printf(item->bytes, "%c%s%c", *start, imported->path, *start);
}

/* Whether the comment from p to stop is of JSDoc, on one line, and stands where taking it out joins no two words. */
static bool is_jsdoc(const GString *out, const char *p, const char *stop)
{
        size_t length = (size_t)(stop - p);
        return length > strlen("/***/") && !strncmp(p, "/**", 3) && !memchr(p, '\n', length) &&
               (!out->len || strchr(" \t\n([{,;=", out->str[out->len - 1]));
}

/* Behind the comment from p to stop, and its line's end, when nothing else is on its lines: its indentation, out
 * already, goes too; or when it is of JSDoc. Otherwise NULL. One that begins with an exclamation mark, a licence,
 * stays. */
static const char *leave_out(GString *out, const char *p, const char *stop, const char *end)
{
        size_t at = out->len;
        while (at && (out->str[at - 1] == ' ' || out->str[at - 1] == '\t'))
                at--;
        bool alone = (!at || out->str[at - 1] == '\n') && stop < end && *stop == '\n';
        if (alone && p[2] != '!') {
                g_string_truncate(out, at);
                return stop + 1;
        }
        return is_jsdoc(out, p, stop) ? stop + (stop < end && *stop == ' ') : NULL;
}

static void rewrite_imports(GPtrArray *items, Item *item, const char *source, size_t length)
{
        const char *p = source, *end = source + length;
        while (p < end) {
                const char *stop = p + 1, *behind = NULL;
                if (*p == '/' && p + 1 < end && (p[1] == '/' || p[1] == '*')) {
                        stop = skip_comment(p, end);
                        behind = leave_out(item->bytes, p, stop, end);
                } else if (*p == '/' && slash_begins_regex(source, p))
                        stop = skip_regex(p, end);
                else if (*p == '"' || *p == '\'' || *p == '`')
                        stop = skip_string(p, end);
                bool import = (*p == '"' || *p == '\'') &&
                              (ends_with_word(item->bytes, "import") || ends_with_word(item->bytes, "from"));
                if (import)
                        append_specifier(items, item, p, stop);
                else if (!behind)
                        g_string_append_len(item->bytes, p, stop - p);
                p = behind ? behind : stop;
        }
}

/* --- Packing --- */

static GBytes *compress(const GString *bytes)
{
        g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
        g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
        g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(compressor));
        if (!g_output_stream_write_all(stream, bytes->str, bytes->len, NULL, NULL, NULL) ||
            !g_output_stream_close(stream, NULL, NULL))
                fail("compression failed");
        GBytes *packed = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(memory));
        if (g_bytes_get_size(packed) < bytes->len * 9 / 10)
                return packed;
        g_bytes_unref(packed);
        return NULL;
}

static char *hashed_path(const Item *item)
{
        g_autofree char *hash =
                g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)item->bytes->str, item->bytes->len);
        const char *dot = strrchr(item->name, '.');
        return g_strdup_printf("/static/%.*s-%.12s%s", (int)(dot - item->name), item->name, hash, dot);
}

static void pack(GPtrArray *items, Item *item)
{
        if (item->state == PACKED)
                return;
        if (item->state == BEING_PACKED)
                fail("%s: imports itself in a circle; move what both need to a third file", item->file);
        item->state = BEING_PACKED;
        g_autofree char *source = NULL;
        gsize length = 0;
        g_autoptr(GError) error = NULL;
        if (!g_file_get_contents(item->file, &source, &length, &error))
                fail("%s", error->message);
        item->bytes = g_string_sized_new(length);
        if (g_str_has_prefix(content_type(item->name), "text/javascript"))
                rewrite_imports(items, item, source, length);
        else
                g_string_append_len(item->bytes, source, (gssize)length);
        item->path = hashed_path(item);
        item->gzip = compress(item->bytes);
        item->state = PACKED;
}

static void write_bytes(FILE *out, const char *kind, guint index, const void *data, size_t size)
{
        const unsigned char *bytes = data;
        fprintf(out, "static const unsigned char %s_%u[] = {", kind, index);
        for (size_t i = 0; i < size; i++)
                fprintf(out, "%s%u,", i % 32 ? "" : "\n", bytes[i]);
        fprintf(out, "0 };\n");
}

static void write_table(FILE *out, GPtrArray *items)
{
        fprintf(out, "/* Made by pack-assets. */\n#include \"web/asset.h\"\n\n");
        for (guint i = 0; i < items->len; i++) {
                const Item *item = g_ptr_array_index(items, i);
                write_bytes(out, "bytes", i, item->bytes->str, item->bytes->len);
                if (item->gzip)
                        write_bytes(out, "gzip", i, g_bytes_get_data(item->gzip, NULL), g_bytes_get_size(item->gzip));
        }
        fprintf(out, "\nconst Asset packed_assets[] = {\n");
        for (guint i = 0; i < items->len; i++) {
                const Item *item = g_ptr_array_index(items, i);
                fprintf(out, "        { \"%s\", \"%s\", \"%s\", bytes_%u, %zu, ", item->name, item->path,
                        content_type(item->name), i, item->bytes->len);
                if (item->gzip)
                        fprintf(out, "gzip_%u, %zu },\n", i, g_bytes_get_size(item->gzip));
                else
                        fprintf(out, "NULL, 0 },\n");
        }
        fprintf(out, "};\nconst size_t packed_asset_count = %u;\n", items->len);
}

static int compare_items(gconstpointer a, gconstpointer b)
{
        return strcmp((*(const Item *const *)a)->name, (*(const Item *const *)b)->name);
}

static void item_free(gpointer data)
{
        Item *item = data;
        g_free(item->path);
        if (item->bytes)
                g_string_free(item->bytes, TRUE);
        g_clear_pointer(&item->gzip, g_bytes_unref);
        g_free(item);
}

int main(int argc, char **argv)
{
        if (argc < 4 || argc % 2)
                fail("usage: pack-assets OUT.c NAME FILE [NAME FILE …]");
        g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(item_free);
        for (int i = 2; i < argc; i += 2) {
                if (find_item(items, argv[i]))
                        fail("two assets are named %s", argv[i]);
                Item *item = g_new0(Item, 1);
                item->name = argv[i];
                item->file = argv[i + 1];
                g_ptr_array_add(items, item);
        }
        g_ptr_array_sort(items, compare_items);
        for (guint i = 0; i < items->len; i++)
                pack(items, g_ptr_array_index(items, i));
        FILE *out = fopen(argv[1], "w");
        if (!out)
                fail("%s cannot be written", argv[1]);
        write_table(out, items);
        return fclose(out) ? 1 : 0;
}
