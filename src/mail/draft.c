#include "mail/draft.h"

#include <string.h>

/* The texts of both structs, by the names that the JSON has. */
static const struct {
        const char *name;
        size_t offset;
} TEXTS[] = {
        { "to", offsetof(Mail, to) },
        { "from_name", offsetof(Mail, from_name) },
        { "reply_to", offsetof(Mail, reply_to) },
        { "subject", offsetof(Mail, subject) },
        { "text", offsetof(Mail, text) },
        { "html", offsetof(Mail, html) },
        { "calendar", offsetof(Mail, calendar) },
        { "unsubscribe", offsetof(Mail, unsubscribe) },
};

char *draft_write(const Mail *mail, const Envelope *envelope)
{
        if (!mail_can_compose(mail, envelope))
                return NULL;
        json_t *draft = json_pack("{s:s, s:s, s:I}", "from", envelope->from, "id", envelope->id, "date_us",
                                  (json_int_t)envelope->date_us);
        for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
                const char *text = G_STRUCT_MEMBER(const char *, mail, TEXTS[i].offset);
                if (!text)
                        continue;
                g_autofree char *valid = g_utf8_make_valid(text, -1);
                json_object_set_new(draft, TEXTS[i].name, json_string(valid));
        }
        char *written = json_dumps(draft, JSON_COMPACT), *line = g_strdup(written);
        free(written); /* Jansson's own */
        json_decref(draft);
        return line;
}

char *draft_compose(const char *draft)
{
        if (!draft || *draft != '{')
                return g_strdup(draft ? draft : "");
        json_t *fields = json_loads(draft, 0, NULL);
        Mail mail = { 0 };
        for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
                G_STRUCT_MEMBER(const char *, &mail, TEXTS[i].offset) =
                        json_string_value(json_object_get(fields, TEXTS[i].name));
        Envelope envelope = { .from = json_string_value(json_object_get(fields, "from")),
                              .id = json_string_value(json_object_get(fields, "id")),
                              .date_us = json_integer_value(json_object_get(fields, "date_us")) };
        char *message = mail.subject && mail.text && envelope.id ? mail_compose(&mail, &envelope) : NULL;
        json_decref(fields);
        return message ? message : g_strdup("");
}
