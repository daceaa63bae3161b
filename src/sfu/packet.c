#include "sfu/packet.h"

enum { SLAB_PACKETS = 64 };

void packet_pool_init(PacketPool *pool)
{
        pool->slabs = g_ptr_array_new_with_free_func(g_free);
        pool->free = g_ptr_array_new();
}

void packet_pool_clear(PacketPool *pool)
{
        g_clear_pointer(&pool->free, g_ptr_array_unref);
        g_clear_pointer(&pool->slabs, g_ptr_array_unref);
}

Packet *packet_pool_take(PacketPool *pool)
{
        if (pool->free->len == 0) {
                Packet *slab = g_new0(Packet, SLAB_PACKETS);
                g_ptr_array_add(pool->slabs, slab);
                for (unsigned i = 0; i < SLAB_PACKETS; i++)
                        g_ptr_array_add(pool->free, &slab[i]);
        }
        return g_ptr_array_steal_index_fast(pool->free, pool->free->len - 1);
}

void packet_pool_give(PacketPool *pool, Packet *packet)
{
        if (packet)
                g_ptr_array_add(pool->free, packet);
}
