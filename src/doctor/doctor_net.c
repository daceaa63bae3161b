#include "doctor/doctor_net.h"
#include "base/time.h"

#include <string.h>

#define TIMEOUT_S 10L

static size_t forget(char *bytes, size_t size, size_t count, void *cls)
{
        return size * count;
}

CURL *net_request_new(const char *url, char *reason)
{
        CURL *curl = curl_easy_init();
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, forget);
        const char *authority = g_getenv("SSL_CERT_FILE"); /* of one's own, on a local network */
        if (authority)
                curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
        return curl;
}

static bool is_on_loopback(const char *url)
{
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
        const char *host = uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : "";
        return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

char *mail_relay_refuses(const char *url)
{
        char reason[CURL_ERROR_SIZE] = "";
        CURL *curl = net_request_new(url, reason);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(is_on_loopback(url) ? CURLUSESSL_TRY : CURLUSESSL_ALL));
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
        CURLcode result = curl_easy_perform(curl);
        curl_easy_cleanup(curl);
        if (result == CURLE_OK)
                return NULL;
        return g_strdup(*reason ? reason : curl_easy_strerror(result));
}

static int64_t date_us(const char *text)
{
        time_t at = text ? curl_getdate(text, NULL) : -1;
        return at > 0 ? (int64_t)at * SECOND_US : 0;
}

/* The first certificate of the chain is the server's own: "Expire date:…" */
static int64_t certificate_end(CURL *curl)
{
        struct curl_certinfo *chain = NULL;
        if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1)
                return 0;
        for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
                if (g_str_has_prefix(line->data, "Expire date:"))
                        return date_us(line->data + strlen("Expire date:"));
        return 0;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *cls)
{
        int64_t *date = cls;
        g_autofree char *line = g_strndup(bytes, size * count);
        if (g_ascii_strncasecmp(line, "date:", 5) == 0)
                *date = date_us(g_strstrip(line + 5));
        return size * count;
}

static CURLcode look_once(const char *url, bool trusting, OriginFacts *facts, char *reason)
{
        CURL *curl = net_request_new(url, reason);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
        curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(curl, CURLOPT_HEADERDATA, &facts->date_us);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, trusting ? 0L : 1L);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, trusting ? 0L : 2L);
        CURLcode result = curl_easy_perform(curl);
        facts->until_us = certificate_end(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &facts->status);
        curl_easy_cleanup(curl);
        return result;
}

void origin_look(const char *origin, OriginFacts *ret_facts, char **ret_reason)
{
        char reason[CURL_ERROR_SIZE] = "", again[CURL_ERROR_SIZE] = "";
        g_autofree char *url = g_strconcat(origin, "/healthz", NULL);
        *ret_facts = (OriginFacts){ 0 };
        CURLcode result = look_once(url, false, ret_facts, reason);
        ret_facts->trusted = result == CURLE_OK;
        if (result == CURLE_PEER_FAILED_VERIFICATION) /* what does it say to those who come all the same? */
                result = look_once(url, true, ret_facts, again);
        ret_facts->reached = result == CURLE_OK;
        *ret_reason = g_strdup(*reason ? reason : curl_easy_strerror(result));
        ret_facts->reason = *ret_reason;
}
