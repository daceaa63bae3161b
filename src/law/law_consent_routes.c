/* Consent to be recorded: what it means, in plain words, and for organisers who gave it. */
#include "law/law_pages.h"

#include "base/when.h"
#include "people/people.h"

#define ROWS 30 /* of a page */

static bool keeps_voices(Db *db, int64_t event)
{
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event);
        bool any = false;
        for (guint i = 0; i < rooms->len && !any; i++)
                any = ((const EventRoom *)rooms->pdata[i])->voices;
        return any;
}

void law_show_consent(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        Consent consent = people_consent(db, request_account(req), event->id);
        g_autofree char *day = when_date(lang, event->zone, consent.standing ? consent.given_us : consent.withdrawn_us);
        Html *h = law_frame(req, event, EVENT_NOWHERE, tr(lang, "May you be recorded?"), true);
        law_consent_view(
                h, &(LawConsentPage){
                           .event = event, .consent = consent, .day = day, .voices = keeps_voices(db, event->id) });
        page_end(req, h, 200);
}

static void clear_row(gpointer row)
{
        g_free(((LawConsentRow *)row)->day);
}

void law_show_consents(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        int64_t count = people_consent_count(db, event->id), page_count = MAX(1, (count + ROWS - 1) / ROWS);
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        g_autoptr(GPtrArray) choices = people_consents(db, event->id, ((int64_t)page - 1) * ROWS, ROWS);
        g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(LawConsentRow));
        g_array_set_clear_func(rows, clear_row);
        for (guint i = 0; i < choices->len; i++) {
                const ConsentChoice *choice = choices->pdata[i];
                LawConsentRow row = { .name = choice->name, .standing = choice->consent.standing };
                row.day = when_date(lang, event->zone,
                                    row.standing ? choice->consent.given_us : choice->consent.withdrawn_us);
                g_array_append_val(rows, row);
        }
        Html *h = law_frame(req, event, EVENT_ORGANISE, tr(lang, "Consents"), true);
        law_consents_view(h, &(LawConsentsPage){ .rows = (const LawConsentRow *)rows->data,
                                                 .count = rows->len,
                                                 .page = (int)page,
                                                 .page_count = (int)page_count });
        page_end(req, h, 200);
}
