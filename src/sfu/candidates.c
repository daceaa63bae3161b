#include "sfu/candidates.h"

#include "sfu/sfu.h"

#include <string.h>

enum { ADDRESSES = SDP_MAX_CANDIDATES / 2 };

static SdpCandidate candidate_of(const NetAddress *address, uint16_t port, bool tcp)
{
        SdpCandidate candidate = { .port = port, .tcp = tcp };
        char text[NET_ADDRESS_TEXT_BYTES];
        net_address_format(address, text);
        /* "192.0.2.1:5000" or "[2001:db8::1]:5000": the part before the port. */
        char *begin = text, *end = strrchr(text, ':');
        if (*begin == '[') {
                begin++;
                end--;
        }
        *end = '\0';
        g_strlcpy(candidate.address, begin, sizeof candidate.address);
        return candidate;
}

bool candidates_choose(const Port *port, const char *const *advertised, SdpCandidate *ret_candidates, unsigned *ret_n,
                       GError **error)
{
        NetAddress addresses[ADDRESSES];
        size_t n = advertised ? 0 : port_local_addresses(port, addresses, ADDRESSES);
        for (; advertised && advertised[n] && n < ADDRESSES; n++) {
                if (net_address_parse(advertised[n], port->number, NET_UDP, &addresses[n]))
                        continue;
                g_set_error(error, SFU_ERROR, SFU_ERROR_SYSTEM, "“%s” is not an address to advertise", advertised[n]);
                return false;
        }
        *ret_n = 0;
        for (size_t i = 0; i < n; i++)
                ret_candidates[(*ret_n)++] = candidate_of(&addresses[i], port->number, false);
        for (size_t i = 0; i < n && port->tcp_number; i++)
                ret_candidates[(*ret_n)++] = candidate_of(&addresses[i], port->tcp_number, true);
        return true;
}
