#include "base/i18n.h"
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* gettext looks for DIR/$LANGUAGE/LC_MESSAGES/DOMAIN.mo. The language is in the domain's name instead, so LANGUAGE is
 * one fixed folder for the whole program, and C.UTF-8, which every libc has, is the locale: no locale is generated,
 * and threads speak different languages at once. */
#define LANGUAGE_FOLDER "po"
#define DOMAIN_PREFIX "treteau-"

struct Lang {
        char code[16];
        char domain[32]; /* "" for English: the source words */
        const char *name;
};

enum { LANGS_MAX = 64 };
/* Written once by i18n_start before there are threads, read-only afterwards. */
static Lang langs[LANGS_MAX] = { { "en", "", "English" } };
static const Lang *lang_pointers[LANGS_MAX + 1] = { &langs[0] };
static size_t lang_count = 1;

static char *find_root(void)
{
        g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = program ? g_path_get_dirname(program) : g_get_current_dir();
        static const char *const tries[] = { ".", "..", "../..", "../share/treteau" };
        for (size_t i = 0; i < G_N_ELEMENTS(tries); i++) {
                g_autofree char *root = g_build_filename(folder, tries[i], NULL);
                g_autofree char *words = g_build_filename(root, LANGUAGE_FOLDER, "LC_MESSAGES", NULL);
                if (g_file_test(words, G_FILE_TEST_IS_DIR))
                        return g_steal_pointer(&root);
        }
        return NULL;
}

static void add_lang(const char *root, const char *code)
{
        if (lang_count == LANGS_MAX || strlen(code) >= sizeof langs[0].code)
                return;
        Lang *lang = &langs[lang_count];
        g_strlcpy(lang->code, code, sizeof lang->code);
        g_snprintf(lang->domain, sizeof lang->domain, DOMAIN_PREFIX "%s", code);
        bindtextdomain(lang->domain, root);
        bind_textdomain_codeset(lang->domain, "UTF-8");
        /* Translators: the name of your language, in your language. */
        lang->name = dgettext(lang->domain, N_("English"));
        lang_pointers[lang_count++] = lang;
}

static int compare_codes(gconstpointer a, gconstpointer b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each treteau-XX.mo is a language, French first: a language comes by its .po alone. */
void i18n_start(void)
{
        g_autofree char *root = find_root();
        if (!root || lang_count > 1)
                return;
        g_setenv("LANGUAGE", LANGUAGE_FOLDER, TRUE);
        setlocale(LC_MESSAGES, "C.UTF-8");
        g_autofree char *words = g_build_filename(root, LANGUAGE_FOLDER, "LC_MESSAGES", NULL);
        g_autoptr(GDir) dir = g_dir_open(words, 0, NULL);
        g_autoptr(GPtrArray) codes = g_ptr_array_new_with_free_func(g_free);
        for (const char *name; dir && (name = g_dir_read_name(dir));)
                if (g_str_has_prefix(name, DOMAIN_PREFIX) && g_str_has_suffix(name, ".mo"))
                        g_ptr_array_add(codes, g_strndup(name + strlen(DOMAIN_PREFIX),
                                                         strlen(name) - strlen(DOMAIN_PREFIX) - strlen(".mo")));
        g_ptr_array_sort(codes, compare_codes);
        for (guint i = 0; i < codes->len; i++)
                add_lang(root, g_ptr_array_index(codes, i));
}

const Lang *const *lang_list(void)
{
        return lang_pointers;
}

const Lang *lang_find(const char *code)
{
        for (size_t i = 0; code && i < lang_count; i++)
                if (!g_ascii_strcasecmp(langs[i].code, code))
                        return &langs[i];
        return NULL;
}

const Lang *lang_default(void)
{
        const Lang *french = lang_find("fr");
        return french ? french : &langs[0];
}

/* "fr-CA" is served by "fr"; "*" says nothing about which. */
static const Lang *find_range(const char *range)
{
        const Lang *lang = lang_find(range);
        if (lang)
                return lang;
        g_autofree char *primary = g_strndup(range, strcspn(range, "-"));
        return lang_find(primary);
}

static double read_quality(char **parts)
{
        for (int i = 1; parts[0] && parts[i]; i++) {
                const char *part = g_strstrip(parts[i]);
                if (part[0] == 'q' && part[1] == '=')
                        return CLAMP(g_ascii_strtod(part + 2, NULL), 0, 1);
        }
        return 1;
}

const Lang *lang_accept(const char *accept_language)
{
        enum { RANGES_MAX = 20 };
        const Lang *best = NULL;
        double best_quality = 0;
        g_auto(GStrv) ranges = accept_language ? g_strsplit(accept_language, ",", RANGES_MAX + 1) : NULL;
        for (int i = 0; ranges && ranges[i] && i < RANGES_MAX; i++) {
                g_auto(GStrv) parts = g_strsplit(ranges[i], ";", 4);
                const Lang *lang = parts[0] ? find_range(g_strstrip(parts[0])) : NULL;
                double quality = read_quality(parts);
                if (lang && quality > best_quality) {
                        best = lang;
                        best_quality = quality;
                }
        }
        return best ? best : lang_default();
}

const char *lang_code(const Lang *lang)
{
        return lang->code;
}

const char *lang_name(const Lang *lang)
{
        return lang->name;
}

const char *tr(const Lang *lang, const char *source)
{
        return *lang->domain && *source ? dgettext(lang->domain, source) : source;
}

const char *tr_n(const Lang *lang, const char *one, const char *many, unsigned long n)
{
        if (!*lang->domain)
                return n == 1 ? one : many;
        return dngettext(lang->domain, one, many, n);
}
