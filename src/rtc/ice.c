#include "rtc/ice.h"
#include "rtc/bytes.h"
#include <stdio.h>
#include <string.h>

enum { UFRAG_MIN_BYTES = 4, PWD_MIN_BYTES = 22, MADE_UFRAG_BYTES = 8, MADE_PWD_BYTES = 24 };
#define CHECK_INTERVAL_US INT64_C(50000) /* Ta, RFC 8445 14.2 */
#define CONSENT_MIN_US INT64_C(4000000)  /* 5 s ± 20 %, RFC 7675 5.1 */
#define CONSENT_SPREAD_US INT64_C(2000000)
#define PRIORITY_PEER_REFLEXIVE ((UINT32_C(110) << 24) | (UINT32_C(65535) << 8) | 255) /* RFC 8445 5.1.2.1 */

static const char ICE_CHARS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ice_credentials_make(IceCredentials *credentials, const uint8_t random[ICE_RANDOM_BYTES])
{
        char letters[ICE_RANDOM_BYTES / 3 * 4];
        for (size_t i = 0; i < ICE_RANDOM_BYTES / 3; i++) {
                uint32_t bits = read_u24(random + 3 * i);
                for (unsigned k = 0; k < 4; k++)
                        letters[4 * i + k] = ICE_CHARS[bits >> 6 * k & 63];
        }
        *credentials = (IceCredentials){ 0 };
        memcpy(credentials->ufrag, letters, MADE_UFRAG_BYTES);
        memcpy(credentials->pwd, letters + MADE_UFRAG_BYTES, MADE_PWD_BYTES);
}

static bool ice_chars(const char *text, size_t min, size_t max)
{
        size_t size = strnlen(text, max + 1);
        return size >= min && size <= max && strspn(text, ICE_CHARS) == size;
}

bool ice_credentials_set(IceCredentials *credentials, const char *ufrag, const char *pwd)
{
        if (!ice_chars(ufrag, UFRAG_MIN_BYTES, ICE_UFRAG_MAX_BYTES) ||
            !ice_chars(pwd, PWD_MIN_BYTES, ICE_PWD_MAX_BYTES))
                return false;
        *credentials = (IceCredentials){ 0 };
        memcpy(credentials->ufrag, ufrag, strlen(ufrag));
        memcpy(credentials->pwd, pwd, strlen(pwd));
        return true;
}

/* USERNAME is "receiver:sender" (RFC 8445 7.2.2). The sender's part is only compared once it is known: a check may come
 * before the answer that names it. */
static bool username_right(const StunMessage *message, const IceCredentials *local, const IceCredentials *remote)
{
        size_t size = 0;
        const char *ufrag = stun_local_ufrag(message, &size);
        if (!ufrag || size != strlen(local->ufrag) || memcmp(ufrag, local->ufrag, size) != 0)
                return false;
        size_t rest = message->username_size - size - 1;
        return remote->ufrag[0] == '\0' ||
               (rest == strlen(remote->ufrag) && memcmp(ufrag + size + 1, remote->ufrag, rest) == 0);
}

/* What both halves do first with a request (RFC 8489 9.1.3, 6.3.1, RFC 8445 7.3): 400, 401 and 420 go out here. */
static bool request_authentic(const StunMessage *message, const IceCredentials *local, const IceCredentials *remote,
                              IceResult *result, uint8_t *reply)
{
        if (!message->has_fingerprint) {
                result->drop = DROP_STUN_FINGERPRINT;
        } else if (!message->username || message->integrity_offset == 0) {
                result->drop = message->username ? DROP_STUN_INTEGRITY : DROP_STUN_USERNAME;
                result->reply_bytes = stun_build_error(message, 400, NULL, reply);
        } else if (!username_right(message, local, remote)) {
                result->drop = DROP_STUN_USERNAME;
                result->reply_bytes = stun_build_error(message, 401, NULL, reply);
        } else if (!stun_check_integrity(message, local->pwd)) {
                result->drop = DROP_STUN_INTEGRITY;
                result->reply_bytes = stun_build_error(message, 401, NULL, reply);
        } else if (message->unknown != 0) {
                result->drop = DROP_STUN_UNEXPECTED;
                result->reply_bytes = stun_build_error(message, 420, local->pwd, reply);
        }
        return result->drop == DROP_NONE;
}

void ice_lite_init(IceLite *ice, const IceCredentials *local, const IceCredentials *remote, int64_t now_us)
{
        *ice = (IceLite){ .local = *local, .consent_until_us = now_us + ICE_CONSENT_US };
        if (remote)
                ice->remote = *remote;
}

static bool same_user(const IceCredentials *a, const IceCredentials *b)
{
        return strcmp(a->ufrag, b->ufrag) == 0;
}

void ice_lite_restart(IceLite *ice, const IceCredentials *local, const IceCredentials *remote)
{
        static const IceCredentials unknown;
        if (same_user(local, &ice->local)) { /* nothing but what the other side is called */
                ice->remote = remote ? *remote : ice->remote;
                return;
        }
        if (!same_user(local, &ice->next_local))
                ice->next_remote = unknown;
        ice->next_local = *local;
        if (remote)
                ice->next_remote = *remote;
}

bool ice_lite_restarting(const IceLite *ice)
{
        return ice->next_local.ufrag[0] != '\0';
}

/* Whether a check is one of the restart under way. */
static bool is_of_restart(const IceLite *ice, const StunMessage *message)
{
        size_t size = 0;
        const char *ufrag = stun_local_ufrag(message, &size);
        return ice_lite_restarting(ice) && ufrag && size == strlen(ice->next_local.ufrag) &&
               memcmp(ufrag, ice->next_local.ufrag, size) == 0;
}

static void finish_restart(IceLite *ice)
{
        ice->local = ice->next_local;
        ice->remote = ice->next_remote;
        ice->next_local = ice->next_remote = (IceCredentials){ 0 };
}

/* Moves `from` to the front; the last place but the selected one is given up when there is no room. */
static void know(IceLite *ice, const NetAddress *from, IceResult *result)
{
        unsigned place = 0;
        while (place < ice->n_addresses && !net_address_equal(&ice->addresses[place], from))
                place++;
        if (place == ice->n_addresses) {
                result->added = true;
                if (ice->n_addresses < ICE_ADDRESSES) {
                        ice->n_addresses++;
                } else {
                        place = ICE_ADDRESSES - 1;
                        if (net_address_equal(&ice->addresses[place], &ice->selected))
                                place--;
                        result->removed = true;
                        result->removed_address = ice->addresses[place];
                }
        }
        memmove(ice->addresses + 1, ice->addresses, place * sizeof ice->addresses[0]);
        ice->addresses[0] = *from;
}

static void choose(IceLite *ice, const StunMessage *message, const NetAddress *from, IceResult *result)
{
        if (!message->use_candidate && ice->has_selected)
                return;
        result->selected = !ice->has_selected || !net_address_equal(&ice->selected, from);
        ice->has_selected = true;
        ice->nominated |= message->use_candidate;
        ice->selected = *from;
}

IceResult ice_lite_receive(IceLite *ice, const StunMessage *message, const NetAddress *from, int64_t now_us,
                           uint8_t *reply)
{
        IceResult result = { 0 };
        if (message->class == STUN_INDICATION) /* a keep-alive (RFC 8445 11): nothing to answer, and no consent */
                return result;
        if (message->class != STUN_REQUEST) {
                result.drop = DROP_STUN_UNEXPECTED;
                return result;
        }
        bool of_restart = is_of_restart(ice, message);
        const IceCredentials *local = of_restart ? &ice->next_local : &ice->local;
        if (!request_authentic(message, local, of_restart ? &ice->next_remote : &ice->remote, &result, reply))
                return result;
        if (message->role == STUN_ROLE_CONTROLLED) { /* a lite agent never leads: the other side must (7.3.1.1) */
                result.drop = DROP_STUN_UNEXPECTED;
                result.reply_bytes = stun_build_error(message, 487, local->pwd, reply);
                return result;
        }
        result.reply_bytes = stun_build_success(message, from, local->pwd, reply);
        ice->consent_until_us = now_us + ICE_CONSENT_US;
        know(ice, from, &result);
        choose(ice, message, from, &result);
        if (of_restart && message->use_candidate)
                finish_restart(ice);
        return result;
}

bool ice_lite_forget(IceLite *ice, const NetAddress *address)
{
        for (unsigned i = 0; i < ice->n_addresses; i++) {
                if (!net_address_equal(&ice->addresses[i], address))
                        continue;
                ice->n_addresses--;
                memmove(ice->addresses + i, ice->addresses + i + 1, (ice->n_addresses - i) * sizeof ice->addresses[0]);
                break;
        }
        if (!ice->has_selected || !net_address_equal(&ice->selected, address))
                return false;
        ice->nominated = false;
        ice->has_selected = ice->n_addresses > 0;
        if (ice->has_selected)
                ice->selected = ice->addresses[0];
        return true;
}

bool ice_lite_expired(const IceLite *ice, int64_t now_us)
{
        return now_us >= ice->consent_until_us;
}

void ice_client_init(IceClient *ice, const IceCredentials *local, const IceCredentials *remote, uint64_t tie_breaker,
                     int64_t now_us)
{
        *ice = (IceClient){
                .local = *local,
                .remote = *remote,
                .tie_breaker = tie_breaker,
                .next_us = now_us,
                .consent_until_us = now_us + ICE_CONSENT_US,
        };
}

bool ice_client_add_candidate(IceClient *ice, const NetAddress *address)
{
        if (ice->n_candidates == ICE_ADDRESSES)
                return false;
        ice->candidates[ice->n_candidates++] = *address;
        return true;
}

size_t ice_client_check(IceClient *ice, const uint8_t random[STUN_TRANSACTION_BYTES], int64_t now_us, uint8_t *out,
                        NetAddress *ret_to)
{
        if (now_us < ice->next_us || ice->n_candidates == 0)
                return 0;
        IceCheck *check = &ice->checks[ice->next_check++ % ICE_CHECKS];
        bool checking = ice->state == ICE_CHECKING;
        *check = (IceCheck){
                .to = checking ? ice->candidates[ice->next_candidate++ % ice->n_candidates] : ice->selected,
                .nominating = !checking,
                .waiting = true,
        };
        memcpy(check->transaction, random, STUN_TRANSACTION_BYTES);
        ice->next_us = now_us + CHECK_INTERVAL_US;
        if (ice->state == ICE_CONNECTED)
                ice->next_us = now_us + CONSENT_MIN_US + read_u32(random) % CONSENT_SPREAD_US;

        char username[STUN_USERNAME_MAX_BYTES + 1];
        snprintf(username, sizeof username, "%s:%s", ice->remote.ufrag, ice->local.ufrag);
        StunRequest request = {
                .username = username,
                .password = ice->remote.pwd,
                .priority = PRIORITY_PEER_REFLEXIVE,
                .role = STUN_ROLE_CONTROLLING,
                .tie_breaker = ice->tie_breaker,
                .use_candidate = check->nominating,
        };
        memcpy(request.transaction, random, STUN_TRANSACTION_BYTES);
        *ret_to = check->to;
        return stun_build_request(&request, out);
}

static IceCheck *check_find(IceClient *ice, const StunMessage *answer, const NetAddress *from)
{
        for (unsigned i = 0; i < ICE_CHECKS; i++) {
                IceCheck *check = &ice->checks[i];
                if (check->waiting && memcmp(check->transaction, answer->transaction, STUN_TRANSACTION_BYTES) == 0)
                        return net_address_equal(&check->to, from) ? check : NULL; /* symmetric, RFC 8445 7.2.5.2.1 */
        }
        return NULL;
}

static void succeed(IceClient *ice, const IceCheck *check, int64_t now_us, IceResult *result)
{
        ice->consent_until_us = now_us + ICE_CONSENT_US;
        if (ice->state == ICE_CHECKING) {
                ice->selected = check->to;
                ice->state = ICE_NOMINATING;
                ice->next_us = now_us;
        } else if (ice->state == ICE_NOMINATING && check->nominating) {
                ice->state = ICE_CONNECTED;
                ice->next_us = now_us + CONSENT_MIN_US;
                result->selected = true;
        }
}

static IceResult receive_answer(IceClient *ice, const StunMessage *message, const NetAddress *from, int64_t now_us)
{
        IceResult result = { 0 };
        IceCheck *check = check_find(ice, message, from);
        if (!check)
                result.drop = DROP_STUN_UNEXPECTED;
        else if (!stun_check_integrity(message, ice->remote.pwd))
                result.drop = DROP_STUN_INTEGRITY;
        if (result.drop)
                return result;
        check->waiting = false;
        if (message->class == STUN_SUCCESS)
                succeed(ice, check, now_us, &result);
        else
                result.drop = DROP_STUN_UNEXPECTED; /* an error: the check has failed, the next goes on */
        return result;
}

IceResult ice_client_receive(IceClient *ice, const StunMessage *message, const NetAddress *from, int64_t now_us,
                             uint8_t *reply)
{
        IceResult result = { 0 };
        if (message->class == STUN_SUCCESS || message->class == STUN_ERROR)
                return receive_answer(ice, message, from, now_us);
        if (message->class == STUN_INDICATION || !request_authentic(message, &ice->local, &ice->remote, &result, reply))
                return result;
        if (message->role == STUN_ROLE_CONTROLLING) {
                result.drop = DROP_STUN_UNEXPECTED;
                result.reply_bytes = stun_build_error(message, 487, ice->local.pwd, reply);
                return result;
        }
        result.reply_bytes = stun_build_success(message, from, ice->local.pwd, reply);
        return result;
}

bool ice_client_expired(const IceClient *ice, int64_t now_us)
{
        return now_us >= ice->consent_until_us;
}
