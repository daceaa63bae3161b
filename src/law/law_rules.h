/* The pages, their usual texts, and how a text's {places} are filled in: pure. Private to law/. */
#pragma once
#include "base/i18n.h"

/* One list: the enum, the word in addresses and the store, the title, for tr(). */
#define LAW_PAGES(X)                                                                                                   \
        X(LEGAL, "legal", N_("Legal notice"))                                                                          \
        X(PRIVACY, "privacy", N_("Privacy"))                                                                           \
        X(ACCESSIBILITY, "accessibility", N_("Accessibility"))                                                         \
        X(CONTACT, "contact", N_("Contact"))
typedef enum {
#define X(name, word, title) LAW_##name,
        LAW_PAGES(X)
#undef X
                LAW_PAGE_COUNT,
} LawPage;
const char *law_word(LawPage page);
/* LAW_PAGE_COUNT when the word is none of them. */
LawPage law_page_by_word(const char *word);
const char *law_title(LawPage page); /* source text */
/* What stands there until someone writes another text: source text, Markdown with {places}. */
const char *law_usual_text(LawPage page);

/* The day of the last whole run of the checks that the accessibility statement names: to be changed with the version.
 */
#define LAW_CHECKED_DAY "2026-11-29"

/* What the {places} of a text stand for; NULL or "": it is said that it is not known yet. */
typedef struct {
        const char *name, *value;
        bool is_address; /* of mail: it becomes a link */
} LawPlace;
/* The text with its places filled in, Markdown; values cannot become markup. places ends with { 0 }. (transfer full) */
char *law_fill(const char *text, const LawPlace *places, const Lang *lang);
/* The first {place} of the text that is none of them, without its braces. NULL when all are known. (transfer full) */
char *law_unknown_place(const char *text, const LawPlace *places);
