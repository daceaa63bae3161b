/* Datagrams of an unauthenticated peer into a fresh DTLS server: no keys without the right certificate, and what comes
 * out is whole records. Input: datagrams, each behind two bytes of length. */
#include "rtc/bytes.h"
#include "rtc/dtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_all(DtlsSession *session)
{
        uint8_t out[DTLS_DATAGRAM_BYTES];
        for (size_t n; (n = dtls_session_take(session, out)) > 0;)
                g_assert(n <= sizeof out && dtls_is(out, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static DtlsIdentity *identity;
        static const uint8_t NOBODYS[DTLS_FINGERPRINT_BYTES] = { 1 };
        if (!identity)
                identity = dtls_identity_new();
        g_autoptr(DtlsSession) session = dtls_session_new(identity, DTLS_SERVER, NOBODYS);
        while (size >= 2) {
                size_t bytes = MIN(read_u16(data), size - 2);
                dtls_session_receive(session, data + 2, bytes);
                take_all(session);
                data += 2 + bytes;
                size -= 2 + bytes;
        }
        SrtpKeys send, receive;
        g_assert(!dtls_session_keys(session, &send, &receive));
        dtls_session_timeout_us(session);
        return 0;
}
