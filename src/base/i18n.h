/* Languages: source words are English, others are gettext domains ("treteau-fr"), loaded from inside or beside the
 * program; no system locale is needed. Mark with tr(lang, "…") in C and {{_ "…"}} in views; the words of each language
 * are in po/LANGUAGE/FEATURE.po (tools/update-po brings them up to date). */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct Lang Lang;

void i18n_start(void);                                /* once, before threads */
const Lang *lang_find(const char *code);              /* NULL when unknown */
const Lang *lang_default(void);                       /* French first: the pages' default without a wish */
const Lang *lang_accept(const char *accept_language); /* RFC 9110 12.5.4; NULL header gives the default */
const Lang *const *lang_list(void);                   /* all, NULL-terminated, English first */
const char *lang_code(const Lang *lang);              /* "fr" */
const char *lang_name(const Lang *lang);              /* "Français" */
/* Both answer a string that lives as long as the program. */
const char *tr(const Lang *lang, const char *source) G_GNUC_FORMAT(2);
const char *tr_n(const Lang *lang, const char *one, const char *many, unsigned long n) G_GNUC_FORMAT(2)
        G_GNUC_FORMAT(3);
#define N_(text) (text)
