#include "backup/listing.h"

struct Listing {
        GHashTable *names; /* set of owned names */
        GString *text;
        crypto_generichash_state whole, one;
        const char *name; /* of the file at hand, owned by names */
        guint64 size, files, total;
        char hash[LISTING_HASH_HEX + 1]; /* of the file that ended last */
};

Listing *listing_new(void)
{
        Listing *listing = g_new0(Listing, 1);
        listing->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        listing->text = g_string_new("{\"files\":[");
        crypto_generichash_init(&listing->whole, NULL, 0, LISTING_HASH_BYTES);
        return listing;
}

void listing_free(Listing *listing)
{
        if (!listing)
                return;
        g_hash_table_unref(listing->names);
        g_string_free(listing->text, TRUE);
        g_free(listing);
}

bool listing_begin(Listing *listing, const char *name)
{
        char *kept = g_strdup(name);
        if (!g_hash_table_add(listing->names, kept))
                return false;
        listing->name = kept;
        listing->size = 0;
        crypto_generichash_init(&listing->one, NULL, 0, LISTING_HASH_BYTES);
        return true;
}

void listing_bytes(Listing *listing, const void *bytes, size_t size)
{
        crypto_generichash_update(&listing->one, bytes, size);
        listing->size += size;
}

static void add_line(Listing *listing)
{
        /* names are plain ASCII without quotes: container_name_fault() */
        g_autofree char *line = g_strdup_printf("{\"name\":\"%s\",\"bytes\":%" G_GUINT64_FORMAT ",\"blake2b\":\"%s\"}",
                                                listing->name, listing->size, listing->hash);
        g_string_append_printf(listing->text, "%s\n%s", listing->files ? "," : "", line);
        crypto_generichash_update(&listing->whole, (const unsigned char *)line, strlen(line));
        listing->files++;
        listing->total += listing->size;
}

void listing_end(Listing *listing)
{
        unsigned char hash[LISTING_HASH_BYTES];
        crypto_generichash_final(&listing->one, hash, sizeof hash);
        sodium_bin2hex(listing->hash, sizeof listing->hash, hash, sizeof hash);
        add_line(listing);
}

bool listing_known(Listing *listing, const char *name, guint64 size, const char *hash)
{
        if (!listing_begin(listing, name))
                return false;
        listing->size = size;
        g_strlcpy(listing->hash, hash, sizeof listing->hash);
        add_line(listing);
        return true;
}

const char *listing_hash(const Listing *listing)
{
        return listing->hash;
}

guint64 listing_files(const Listing *listing)
{
        return listing->files;
}

guint64 listing_total(const Listing *listing)
{
        return listing->total;
}

char *listing_text(Listing *listing)
{
        unsigned char hash[LISTING_HASH_BYTES];
        char hex[2 * LISTING_HASH_BYTES + 1];
        crypto_generichash_state whole = listing->whole;
        crypto_generichash_final(&whole, hash, sizeof hash);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        return g_strdup_printf("%s\n],\"whole\":\"%s\"}\n", listing->text->str, hex);
}
