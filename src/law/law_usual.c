/* The texts that stand on the pages until someone writes others. */
#include "law/law_rules.h"

static const char *const LEGAL = N_(
        "## Who publishes\n\n"
        "{organiser} publishes these pages and answers for them. Write to {contact}.\n\n"
        "## Who has the server\n\n"
        "{host}\n\n{host_address}\n\n{host_contact}\n\n"
        "## What you may do with it\n\n"
        "Texts, pictures and recordings are under the licence {licence}, unless a page says another. Names and logos "
        "belong to those who bear them.\n\n"
        "## The program\n\n"
        "This site runs on Tréteau, free software under the AGPL, version 3 or later. [Its sources](/source/) are "
        "yours to read, to use and to change.\n");

static const char *const PRIVACY = N_(
        "{organiser} decides what is kept of you here, and answers for it. Write to {contact}.\n\n"
        "We ask for what the event needs, say why, and erase it when its time has come. Nothing is sold, nothing is "
        "passed on, nobody is followed: these pages ask no other site for anything.\n\n"
        "## Your rights\n\n"
        "You may see, correct, take with you and erase what is kept of you, object to it, and withdraw a consent at "
        "any time. [Your data](/me/data/) does most of it at once, without asking anybody. For everything else write "
        "to {contact}; an answer comes within a month. If it does not satisfy you, you may complain to an authority, "
        "in France [the CNIL](https://www.cnil.fr/fr/plaintes).\n");

static const char *const ACCESSIBILITY = N_(
        "{organiser} wants everybody to be able to take part, and commits to making these pages accessible under "
        "article 47 of the French law 2005-102 of 11 February 2005.\n\n"
        "## State of conformity\n\n"
        "These pages have not been audited against RGAA 4.1 by a third person yet. By the law's words they therefore "
        "count as **not conformant**, whatever is true of them; a published audit will change this sentence.\n\n"
        "## What is done\n\n"
        "- Each page of the program is checked by axe (WCAG 2.2 A and AA) and html-validate at each change, at two "
        "widths; none may have a finding.\n"
        "- Each page but the live room works without JavaScript, and all of them with the keyboard alone.\n"
        "- A room can be listened to without pictures, on a weak connection.\n\n"
        "## What may not be accessible\n\n"
        "- A replay has no captions unless its organisers wrote them, and no audio description.\n"
        "- Texts, pictures and files brought by organisers and speakers depend on how they were made.\n\n"
        "## Tell us\n\n"
        "Something is in your way? Write to {contact}: we look for another way for you, and mend the page.\n\n"
        "## If you get no answer\n\n"
        "In France you may turn to the Défenseur des droits: by its "
        "[form](https://formulaire.defenseurdesdroits.fr/), by telephone at 09 69 39 00 00, or by letter without a "
        "stamp: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07.\n");

static const char *const CONTACT =
        N_("Write to {contact}. {organiser} reads it.\n\n"
           "- **You cannot get in?** Ask for [a new link](/sign-in/) first: it comes within a minute.\n"
           "- **What is kept of you?** See [your data](/me/data/).\n"
           "- **A flaw in the server's security?** Tell {host_contact} before anybody else, please.\n");

const char *law_usual_text(LawPage page)
{
        const char *const texts[] = { LEGAL, PRIVACY, ACCESSIBILITY, CONTACT };
        G_STATIC_ASSERT(G_N_ELEMENTS(texts) == LAW_PAGE_COUNT);
        return texts[page];
}
