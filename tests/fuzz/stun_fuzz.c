/* STUN from anyone: reading stays inside, what we answer reads back, and no input is authentic by luck. */
#include "rtc/ice.h"
#include "rtc/turn.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        StunMessage message, answer;
        TurnAnswer turn;
        if (size >= TURN_HEADER_BYTES && turn_parse(data, size, data + 8, &turn))
                g_assert(strlen(turn.realm) < sizeof turn.realm && strlen(turn.nonce) < sizeof turn.nonce);
        if (stun_parse(data, size, &message) != DROP_NONE)
                return 0;
        size_t ufrag_size = 0;
        const char *ufrag = stun_local_ufrag(&message, &ufrag_size);
        g_assert(!ufrag || ((const uint8_t *)ufrag >= data && (const uint8_t *)ufrag + ufrag_size < data + size));

        static const IceCredentials LOCAL = { "ours", "one-that-no-input-can-know" },
                                    REMOTE = { "them", "another-one-of-24-letter" };
        NetAddress from = { .port = 1 };
        uint8_t reply[STUN_BUILD_BYTES];
        IceLite lite;
        IceClient client;
        ice_lite_init(&lite, &LOCAL, &REMOTE, 0);
        ice_client_init(&client, &LOCAL, &REMOTE, 7, 0);
        IceResult results[] = { ice_lite_receive(&lite, &message, &from, 1, reply),
                                ice_client_receive(&client, &message, &from, 1, reply) };
        for (unsigned i = 0; i < G_N_ELEMENTS(results); i++)
                g_assert(!results[i].added && !results[i].selected && results[i].reply_bytes <= sizeof reply);
        if (results[1].reply_bytes > 0)
                g_assert(stun_parse(reply, results[1].reply_bytes, &answer) == DROP_NONE);
        return 0;
}
