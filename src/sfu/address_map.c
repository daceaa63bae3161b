#include "sfu/address_map.h"

enum { FIRST_SIZE = 256 };

void address_map_init(AddressMap *map)
{
        *map = (AddressMap){ .entries = g_new0(AddressEntry, FIRST_SIZE),
                             .mask = FIRST_SIZE - 1,
                             .seed = (uint64_t)g_random_int() << 32 | g_random_int() };
}

void address_map_clear(AddressMap *map)
{
        g_clear_pointer(&map->entries, g_free);
}

static unsigned home_of(const AddressMap *map, const NetAddress *address)
{
        return net_address_hash(address, map->seed) & map->mask;
}

/* The address's entry, or the empty one where it would go. */
static AddressEntry *place_of(const AddressMap *map, const NetAddress *address)
{
        unsigned i = home_of(map, address);
        while (map->entries[i].value && !net_address_equal(&map->entries[i].address, address))
                i = (i + 1) & map->mask;
        return &map->entries[i];
}

static void grow(AddressMap *map)
{
        g_autofree AddressEntry *old = map->entries;
        unsigned size = map->mask + 1;
        map->mask = 2 * size - 1;
        map->entries = g_new0(AddressEntry, 2 * size);
        for (unsigned i = 0; i < size; i++)
                if (old[i].value)
                        *place_of(map, &old[i].address) = old[i];
}

void address_map_set(AddressMap *map, const NetAddress *address, uint32_t value)
{
        AddressEntry *entry = place_of(map, address);
        if (!entry->value && 2 * ++map->count > map->mask) {
                grow(map);
                entry = place_of(map, address);
        }
        *entry = (AddressEntry){ *address, value };
}

void address_map_remove(AddressMap *map, const NetAddress *address, uint32_t value)
{
        AddressEntry *entry = place_of(map, address);
        if (entry->value != value)
                return;
        map->count--;
        /* Moves back what was pushed past the hole, so that no search ends there too early. */
        unsigned hole = (unsigned)(entry - map->entries), i = hole;
        for (;;) {
                i = (i + 1) & map->mask;
                if (!map->entries[i].value)
                        break;
                unsigned home = home_of(map, &map->entries[i].address);
                if (((i - home) & map->mask) >= ((i - hole) & map->mask)) {
                        map->entries[hole] = map->entries[i];
                        hole = i;
                }
        }
        map->entries[hole].value = 0;
}

uint32_t address_map_get(const AddressMap *map, const NetAddress *address)
{
        return place_of(map, address)->value;
}
