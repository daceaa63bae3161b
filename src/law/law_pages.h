/* What the pages of law/ show, and the handlers of its files. Private to law/. */
#pragma once
#include "conference/conference.h"
#include "law/law_store.h"
#include "people/people.h"
#include "web/form.h"

typedef struct {
        LawPage page;
        const char *title, *text; /* Markdown */
        const char *edit_url;     /* of the reader who may change it, else NULL */
        const char *register_url; /* likewise */
        const Retention *rows;    /* of the privacy page */
        size_t count;
} LawTextPage;
void law_row_view(Html *h, const Retention *v);
void law_text_view(Html *h, const LawTextPage *v);

typedef struct {
        const char *responsible, *contact; /* "" when not said */
        const char *scope;                 /* of which event, or of the server */
        const char *back_url;
        const Retention *rows;
        size_t count;
} LawRegisterPage;
void law_register_row_view(Html *h, const Retention *v);
void law_register_view(Html *h, const LawRegisterPage *v);

typedef struct {
        const char *version, *source_url, *own_url; /* NULL: none */
} LawSourcePage;
void law_source_view(Html *h, const LawSourcePage *v);

/* One text that can be changed. */
typedef struct {
        const char *title, *lang_code, *lang_name, *url;
        bool current;
} LawTextChoice;
typedef struct {
        const char *title, *page_url, *register_url;
        const LawTextChoice *choices;
        size_t choice_count;
        const Form *form, *host_form; /* either may be NULL */
        const LawPlace *places;
        bool kept, is_usual;
} LawEditPage;
void law_choice_view(Html *h, const LawTextChoice *v);
void law_edit_view(Html *h, const LawEditPage *v);

typedef struct {
        const char *name, *email, *kept; /* kept: JSON in words is not for people: what is held, feature by feature */
        const char *const *held;         /* features that hold something, translated; NULL-terminated */
        bool is_owner;
        const Form *form;
} LawDataPage;
void law_data_view(Html *h, const LawDataPage *v);
void law_erased_view(Html *h, const char *unused);

typedef struct {
        const Event *event;
        Consent consent;
        const char *day; /* of the last choice */
        bool voices;     /* a room of the event keeps each voice by itself, too */
} LawConsentPage;
void law_consent_view(Html *h, const LawConsentPage *v);
typedef struct {
        const char *name;
        char *day;
        bool standing;
} LawConsentRow;
typedef struct {
        const LawConsentRow *rows;
        size_t count;
        int page, page_count;
} LawConsentsPage;
void law_consent_row_view(Html *h, const LawConsentRow *v);
void law_consents_view(Html *h, const LawConsentsPage *v);

/* The frame: of the event when there is one, else of the server. Takes nothing. */
Html *law_frame(Request *req, const Event *event, EventPlace place, const char *title, bool no_index);
/* What {places} stand for; the strings are borrowed from event and host. */
#define LAW_PLACES 10
void law_places(LawPlace ret_places[LAW_PLACES], const Event *event, const LawHost *host);

void show_law_page(Request *req, Db *db);
void law_show_register(Request *req, Db *db);
void show_source(Request *req, Db *db);
void send_source(Request *req, Db *db);
void send_security(Request *req, Db *db);
void show_texts(Request *req, Db *db);
void keep_text(Request *req, Db *db);
void show_host(Request *req, Db *db);
void keep_host(Request *req, Db *db);
void law_show_consent(Request *req, Db *db);
void law_show_consents(Request *req, Db *db);
void law_show_data(Request *req, Db *db);
void law_send_data(Request *req, Db *db);
void law_erase_data(Request *req, Db *db);
void show_erased(Request *req, Db *db);
