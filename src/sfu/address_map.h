/* From a transport address to the number of the peer behind it. Open addressing; the seed is random, so nobody can
 * choose addresses that collide. Owned by one loop. */
#pragma once

#include "rtc/net_address.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct AddressEntry {
        NetAddress address;
        uint32_t value; /* 0: empty */
} AddressEntry;

typedef struct AddressMap {
        AddressEntry *entries;
        unsigned mask, count;
        uint64_t seed;
} AddressMap;

void address_map_init(AddressMap *map);
void address_map_clear(AddressMap *map);
/* value is not 0. Replaces what was there. */
void address_map_set(AddressMap *map, const NetAddress *address, uint32_t value);
/* Removes the address if it still leads to value. */
void address_map_remove(AddressMap *map, const NetAddress *address, uint32_t value);
uint32_t address_map_get(const AddressMap *map, const NetAddress *address); /* 0: unknown */
