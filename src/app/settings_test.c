#include "app/settings.h"

#include <glib/gstdio.h>
#include <string.h>

static bool read_text(Settings *settings, const char *text, int mode, char **ret_message)
{
        g_autofree char *path = NULL;
        int file = g_file_open_tmp("settings-XXXXXX", &path, NULL);
        g_assert_cmpint(file, >=, 0);
        g_close(file, NULL);
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_assert_cmpint(g_chmod(path, mode), ==, 0);
        g_autoptr(GError) error = NULL;
        settings_init(settings);
        bool good = settings_read(settings, path, &error);
        g_unlink(path);
        *ret_message = error ? g_strdup(error->message) : NULL;
        return good;
}

static void test_whole(void)
{
        g_auto(Settings) settings;
        g_autofree char *message = NULL;
        g_assert_true(read_text(&settings,
                                "[server]\ndata=/var/lib/treteau\norigin=https://conf.example.org\n"
                                "socket=/run/treteau/web.socket\nbehind-proxy=true\n"
                                "[media]\nport=3478\ntcp-port=443\nadvertise=192.0.2.1;2001:db8::1\n"
                                "turn=turn:turn.example.org:3479; turns:turn.example.org:5349\nturn-secret=s3cret\n"
                                "transcode-percent=70\n"
                                "[rooms]\nplaces=200\nwatchers=0\n"
                                "[mail]\nrelay=smtps://mail.example.org\nuser=us@example.org\npassword=p@ss:w/rd\n"
                                "from=us@example.org\n",
                                0640, &message));
        g_assert_null(message);
        g_assert_cmpstr(settings.folder, ==, "/var/lib/treteau");
        g_assert_cmpstr(settings.origin, ==, "https://conf.example.org");
        g_assert_cmpstr(settings.socket, ==, "/run/treteau/web.socket");
        g_assert_true(settings.behind_proxy);
        g_assert_cmpint(settings.media_port, ==, 3478);
        g_assert_cmpint(settings.tcp_port, ==, 443);
        g_assert_cmpstr(settings.advertised[1], ==, "2001:db8::1");
        g_assert_cmpstr(settings.turn_urls[1], ==, "turns:turn.example.org:5349");
        g_assert_cmpstr(settings.turn_secret, ==, "s3cret");
        g_assert_cmpint(settings.places, ==, 200);
        g_assert_cmpint(settings.watchers, ==, 0);
        g_assert_cmpint(settings.transcode_percent, ==, 70);
        g_assert_cmpstr(settings.relay, ==, "smtps://us%40example.org:p%40ss%3Aw%2Frd@mail.example.org");
        g_assert_cmpstr(settings.mail_from, ==, "us@example.org");
}

static void test_little(void)
{
        g_auto(Settings) settings;
        g_autofree char *message = NULL;
        g_assert_true(
                read_text(&settings, "[server]\ndata=/srv\n[media]\nadvertise=\n[mail]\nrelay=\n", 0644, &message));
        g_assert_cmpint(settings.media_port, ==, -1);
        g_assert_cmpint(settings.transcode_percent, ==, -1);
        g_assert_cmpint(settings.tcp_port, ==, 0);
        g_assert_cmpint(settings.places, ==, -1);
        g_assert_cmpint(settings.watchers, ==, -1);
        g_assert_null(settings.turn_urls);
        g_assert_null(settings.advertised);
        g_assert_null(settings.relay);
        g_assert_false(settings.behind_proxy);
}

static void test_refused(void)
{
        static const struct {
                const char *text, *says;
                int mode;
        } cases[] = {
                { "[server]\ndta=/srv\n", "has no “dta”", 0600 },
                { "[servers]\ndata=/srv\n", "no section [servers]", 0600 },
                { "data=/srv\n", "group", 0600 },
                { "[server]\nbehind-proxy=perhaps\n", "true or false", 0600 },
                { "[rooms]\nplaces=many\n", "0 to 5000", 0600 },
                { "[rooms]\nwatchers=5001\n", "0 to 5000", 0600 },
                { "[media]\nport=70000\n", "media port", 0600 },
                { "[media]\nadvertise=example.org\n", "no IP address", 0600 },
                { "[media]\ntcp-port=0\n", "TCP port", 0600 },
                { "[media]\ntranscode-percent=-1\n", "percents of one core", 0600 },
                { "[media]\nturn=turn.example.org\nturn-secret=a\n", "turn:HOST", 0600 },
                { "[media]\nturn=turn:turn.example.org\n", "needs turn-secret", 0600 },
                { "[media]\nturn=turn:turn.example.org\nturn-secret=a\n", "chmod 640", 0644 },
                { "[mail]\nrelay=mail.example.org\n", "smtp://", 0600 },
                { "[mail]\nrelay=smtp://mail.example.org\nuser=a\npassword=b\n", "chmod 640", 0644 },
                { "[mail]\nrelay=smtp://a:b@mail.example.org\n", "chmod 640", 0644 },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_auto(Settings) settings;
                g_autofree char *message = NULL;
                g_assert_false(read_text(&settings, cases[i].text, cases[i].mode, &message));
                g_assert_nonnull(strstr(message, cases[i].says));
        }
}

static void test_origin(void)
{
        g_assert_true(origin_is_sound("https://conf.example.org"));
        g_assert_true(origin_is_sound("http://127.0.0.1:8080"));
        static const char *const unsound[] = { "conf.example.org",
                                               "https://",
                                               "https://conf.example.org/",
                                               "ftp://conf.example.org",
                                               "https://me@conf.example.org",
                                               "https://conf.example.org?a" };
        for (size_t i = 0; i < G_N_ELEMENTS(unsound); i++)
                g_assert_false(origin_is_sound(unsound[i]));
        g_assert_true(origin_is_public("https://conf.example.org"));
        g_assert_true(origin_is_public("http://192.168.1.4"));
        g_assert_true(origin_is_public("https://127.0.0.1.example.org"));
        g_assert_false(origin_is_public("http://127.0.0.1:8080"));
        g_assert_false(origin_is_public("https://localhost:8443"));
        g_assert_false(origin_is_public("http://[::1]:80"));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/settings/whole", test_whole);
        g_test_add_func("/settings/little", test_little);
        g_test_add_func("/settings/refused", test_refused);
        g_test_add_func("/settings/origin", test_origin);
        return g_test_run();
}
