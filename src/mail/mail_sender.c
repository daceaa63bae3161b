#include "mail/outbox.h"

#include <curl/curl.h>
#include <string.h>

#include "base/log.h"
#include "base/time.h"

#define POLL_US SECOND_US
#define POLL_MAX_US MINUTE_US /* while the relay cannot be reached: 2, 4, 8 … seconds */
#define TIMEOUT_S 60L

struct MailSender {
        Store *store;
        char *url;
        bool is_local; /* on loopback nobody listens: no TLS asked for */
        GThread *thread;
        GMutex mutex;
        GCond wake;
        bool ending;  /* under the mutex */
        int failures; /* of the relay itself, one after the other; the thread's own */
};

int64_t outbox_wait_us(int tries)
{
        static const int64_t first[] = { MINUTE_US, 5 * MINUTE_US, 30 * MINUTE_US };
        if (tries < (int)G_N_ELEMENTS(first))
                return first[tries];
        return tries < 32 ? 3 * HOUR_US : -1; /* RFC 5321 4.5.4.1 asks for four to five days */
}

typedef struct {
        const char *text;
        size_t left;
} Reading;

static size_t on_read(char *buffer, size_t size, size_t count, void *user_data)
{
        Reading *reading = user_data;
        size_t length = MIN(size * count, reading->left);
        memcpy(buffer, reading->text, length);
        reading->text += length;
        reading->left -= length;
        return length;
}

typedef enum { SENT, TRY_AGAIN, REFUSED } Outcome;

/* It is the relay, not this mail: the next would fare no better now. */
static bool relay_is_down(CURLcode result)
{
        switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_USE_SSL_FAILED:
        case CURLE_LOGIN_DENIED:
                return true;
        default:
                return false;
        }
}

static void set_options(CURL *curl, const MailSender *sender, Reading *reading, const char *from,
                        struct curl_slist *recipients, char *ret_reason)
{
        curl_easy_setopt(curl, CURLOPT_URL, sender->url);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(sender->is_local ? CURLUSESSL_TRY : CURLUSESSL_ALL));
        curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
        curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(curl, CURLOPT_READDATA, reading);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, ret_reason);
}

/* Doubles the dots at line starts, RFC 5321 4.5.2 (libcurl does); the message has CRLF line ends only. */
static Outcome send_mail(MailSender *sender, const char *from, const OutboxMail *mail, char *ret_reason)
{
        CURL *curl = curl_easy_init();
        Reading reading = { .text = mail->message, .left = strlen(mail->message) };
        struct curl_slist *recipients = curl_slist_append(NULL, mail->recipient);
        set_options(curl, sender, &reading, from, recipients, ret_reason);
        CURLcode result = curl_easy_perform(curl);
        long code = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
        curl_slist_free_all(recipients);
        curl_easy_cleanup(curl);
        sender->failures = relay_is_down(result) ? sender->failures + 1 : 0;
        if (result == CURLE_OK)
                return SENT;
        if (!*ret_reason)
                g_strlcpy(ret_reason, curl_easy_strerror(result), CURL_ERROR_SIZE);
        /* Only what the relay says of this recipient or this message is final; 530 and the like are ours to mend. */
        bool final = code >= 550 && code <= 554 && (result == CURLE_SEND_ERROR || result == CURLE_WEIRD_SERVER_REPLY);
        return final ? REFUSED : TRY_AGAIN;
}

static void record(MailSender *sender, const OutboxMail *mail, Outcome outcome, const char *reason)
{
        int64_t at_us = now_us(), wait_us = outbox_wait_us(mail->tries);
        if (wait_us < 0 && outcome == TRY_AGAIN)
                outcome = REFUSED;
        Db *db = store_write_begin(sender->store, WRITE_JOB);
        if (outcome == SENT)
                outbox_sent(db, mail->id, at_us);
        else if (outcome == TRY_AGAIN)
                outbox_put_off(db, mail->id, at_us + wait_us, reason);
        else
                outbox_refused(db, mail->id, at_us, reason);
        g_autoptr(GError) error = NULL;
        if (!store_write_end(sender->store, db, true, &error))
                log_warn("mail not recorded mail=%" G_GINT64_FORMAT " reason=%s", mail->id, error->message);
        else if (outcome == SENT)
                log_info("mail sent mail=%" G_GINT64_FORMAT, mail->id);
        else
                log_warn("mail not sent mail=%" G_GINT64_FORMAT " final=%d tries=%d", mail->id, outcome == REFUSED,
                         mail->tries + 1);
}

/* False when nothing was due, or the relay is to be left alone for a while. */
static bool send_next(MailSender *sender)
{
        Db *db = store_read_begin(sender->store);
        g_autoptr(OutboxMail) mail = outbox_next(db, now_us());
        g_autofree char *from = outbox_sender(db);
        store_read_end(sender->store, db);
        if (!mail)
                return false;
        char reason[CURL_ERROR_SIZE] = "";
        Outcome outcome = send_mail(sender, from, mail, reason);
        record(sender, mail, outcome, reason);
        return sender->failures == 0;
}

/* Waits for the next look at the outbox; false when it is time to end. */
static bool wait_turn(MailSender *sender)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sender->mutex);
        gint64 until = g_get_monotonic_time() + MIN(POLL_US << MIN(sender->failures, 10), POLL_MAX_US);
        while (!sender->ending && g_cond_wait_until(&sender->wake, &sender->mutex, until)) {
        }
        return !sender->ending;
}

static bool is_ending(MailSender *sender)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&sender->mutex);
        return sender->ending;
}

static gpointer run(gpointer user_data)
{
        MailSender *sender = user_data;
        do {
                while (!is_ending(sender) && send_next(sender)) {
                }
        } while (wait_turn(sender));
        return NULL;
}

static bool is_loopback(const char *url)
{
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
        const char *host = uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : "";
        return g_str_equal(host, "localhost") || g_str_equal(host, "127.0.0.1") || g_str_equal(host, "::1");
}

static bool keep_sender(Store *store, const char *from, GError **error)
{
        g_autofree char *address = NULL;
        if (!from || address_read(from, &address) != ADDRESS_OK) {
                g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT,
                            "mails need an address to come from (--mail-from), not “%s”", from ? from : "");
                return false;
        }
        Db *db = store_write_begin(store, WRITE_JOB);
        bool kept = outbox_set_sender(db, address);
        return store_write_end(store, db, kept, error) && kept;
}

MailSender *mail_sender_start(Store *store, const MailRelay *relay, GError **error)
{
        if (!keep_sender(store, relay->from, error))
                return NULL;
        curl_global_init(CURL_GLOBAL_DEFAULT);
        MailSender *sender = g_new0(MailSender, 1);
        sender->store = store;
        sender->url = g_strdup(relay->url);
        sender->is_local = is_loopback(relay->url);
        g_mutex_init(&sender->mutex);
        g_cond_init(&sender->wake);
        sender->thread = g_thread_new("mail", run, sender);
        return sender;
}

void mail_sender_stop(MailSender *sender)
{
        if (!sender)
                return;
        g_mutex_lock(&sender->mutex);
        sender->ending = true;
        g_cond_signal(&sender->wake);
        g_mutex_unlock(&sender->mutex);
        g_thread_join(sender->thread);
        g_cond_clear(&sender->wake);
        g_mutex_clear(&sender->mutex);
        g_free(sender->url);
        g_free(sender);
}
