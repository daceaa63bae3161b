/* Styles, scripts and pictures packed into the program by tools/pack-assets: each under an address that holds the hash
 * of its content, so that a browser keeps it for ever. Imports between scripts were rewritten to such addresses.
 *
 * A feature's meson.build says: assets += { 'live/room.js': files('room.js') }. Read-only data, any thread. */
#pragma once
#include <stddef.h>

typedef struct {
        const char *name; /* "live/room.js" */
        const char *path; /* "/static/live/room-3f9a1c77d2e0.js" */
        const char *type; /* "text/javascript; charset=utf-8" */
        const unsigned char *bytes;
        size_t size_bytes;
        const unsigned char *gzip; /* NULL where it would not be smaller */
        size_t gzip_size_bytes;
} Asset;

const Asset *asset_find(const char *path); /* by path; NULL when there is none */
/* The address of an asset by its name. A name that does not exist is a bug: it asserts. */
const char *asset_url(const char *name);

/* Made by tools/pack-assets, sorted by name. */
extern const Asset packed_assets[];
extern const size_t packed_asset_count;
