#include "sfu/address_map.h"

#include <string.h>

static NetAddress address_of(unsigned n)
{
        NetAddress address;
        g_assert_true(net_address_parse("192.0.2.1", (uint16_t)(n % 60000 + 1), NET_UDP, &address));
        address.ip[13] = (uint8_t)(n / 60000);
        return address;
}

/* Random sets and removals against GLib's table. */
static void test_against_hash_table(void)
{
        enum { ADDRESSES = 3000, STEPS = 60000 };
        AddressMap map;
        address_map_init(&map);
        uint32_t expected[ADDRESSES] = { 0 };
        for (unsigned step = 0; step < STEPS; step++) {
                unsigned n = (unsigned)g_test_rand_int_range(0, ADDRESSES);
                NetAddress address = address_of(n);
                if (expected[n] && g_test_rand_bit()) {
                        address_map_remove(&map, &address, expected[n] + 1); /* another's: stays */
                        g_assert_cmpuint(address_map_get(&map, &address), ==, expected[n]);
                        address_map_remove(&map, &address, expected[n]);
                        expected[n] = 0;
                } else {
                        expected[n] = step + 1;
                        address_map_set(&map, &address, step + 1);
                }
        }
        unsigned count = 0;
        for (unsigned n = 0; n < ADDRESSES; n++) {
                NetAddress address = address_of(n);
                g_assert_cmpuint(address_map_get(&map, &address), ==, expected[n]);
                count += expected[n] != 0;
        }
        g_assert_cmpuint(map.count, ==, count);
        address_map_clear(&map);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/address-map/against-hash-table", test_against_hash_table);
        return g_test_run();
}
