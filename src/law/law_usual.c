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
        "These pages have not been audited against RGAA 4.1. By the law's words they therefore count as **not "
        "conformant**, whatever is true of them; a published audit will change this sentence.\n\n"
        "## What was checked, and by whom\n\n"
        "The authors of the program check its pages themselves, by machines, each time it is changed; the last time on "
        "{checked}, for version {version}. This is no audit: machines see about a third of RGAA's criteria, and "
        "nobody with a disability was asked.\n\n"
        "- **axe** (the rules of WCAG 2.0, 2.1 and 2.2, levels A and AA, and its best practices) looks at every page "
        "of the program that a visitor, somebody registered and an organiser can reach, 375 and 1,280 pixels wide; "
        "**html-validate** looks at their code. Neither may find anything.\n"
        "- **With the keyboard alone** a machine registers, follows the mail's link into the rooms, gives its consent, "
        "stands in line for a session and takes the place, makes a session and moves it in the grid.\n"
        "- The colour that organisers choose for an event is checked for its contrast.\n"
        "- Each page but the live room works without JavaScript.\n"
        "- A room can be listened to without pictures, on a weak connection.\n\n"
        "## What was not checked\n\n"
        "- RGAA's 106 criteria one by one, by a person, on a sample of these pages.\n"
        "- Screen readers (NVDA, JAWS, VoiceOver, TalkBack), voice control, magnifiers: not tried.\n"
        "- Zoom to twice the size and text spacing set by the reader, beyond what a narrow window shows.\n"
        "- Mails, calendar files, tables for spreadsheets.\n"
        "- What organisers and speakers write and bring.\n\n"
        "## What may not be accessible\n\n"
        "- A replay has no captions unless its organisers wrote them, and no audio description.\n"
        "- A room shows captions only where somebody writes them.\n"
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
