/* RTP headers and extensions: what was read is inside, and reads the same once written again. */
#include "rtc/rtp.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const RtpHeader *header, const RtpExtensionIds *ids, RtpExtensions *extensions)
{
        uint8_t out[RTP_HEADER_BYTES + RTP_EXTENSIONS_MAX_BYTES];
        RtpHeader bare = *header, again;
        RtpExtensions read;
        bare.padding_bytes = 0;
        size_t extension_bytes = rtp_extensions_write(out + RTP_HEADER_BYTES, ids, extensions);
        g_assert(extension_bytes <= RTP_EXTENSIONS_MAX_BYTES);
        rtp_write(out, &bare, extension_bytes > 0);
        g_assert(rtp_parse(out, RTP_HEADER_BYTES + extension_bytes, &again) == DROP_NONE);
        g_assert(again.sequence == header->sequence && again.ssrc == header->ssrc && again.marker == header->marker);
        rtp_extensions_read(out, &again, ids, &read);
        g_assert(memcmp(read.has, extensions->has, sizeof read.has) == 0);
        g_assert(strcmp(read.mid, extensions->mid) == 0 && strcmp(read.repaired_rid, extensions->repaired_rid) == 0);
        g_assert(read.transport_sequence == extensions->transport_sequence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const RtpExtensionIds IDS[] = { { .id = { 4, 10, 11, 1, 2, 3 } }, { .id = { 3, 9, 10, 1, 4, 200 } } };
        RtpHeader header;
        if (rtp_parse(data, size, &header) != DROP_NONE)
                return 0;
        g_assert((size_t)header.header_bytes + header.payload_bytes + header.padding_bytes == size);
        g_assert(header.header_bytes == rtp_header_bytes(data, size));
        for (unsigned i = 0; i < G_N_ELEMENTS(IDS); i++) {
                RtpExtensions extensions;
                rtp_extensions_read(data, &header, &IDS[i], &extensions);
                g_assert(extensions.transport_sequence_offset + 2u <= size ||
                         !extensions.has[RTP_EXTENSION_TRANSPORT_CC]);
                check_again(&header, &IDS[i], &extensions);
        }
        return 0;
}
