#include "registration/needs_form.h"

#include <string.h>

static const FormField NEEDS[] = {
        { .name = "captions", .label = N_("Captions shown from the start"), .kind = FIELD_TICK },
        { .name = "sign", .label = N_("Sign language enlarged"), .kind = FIELD_TICK },
        { .name = "audio", .label = N_("Weak connection: sound and pictures only"), .kind = FIELD_TICK },
        { .name = "wheelchair", .label = N_("A wheelchair place (on site)"), .kind = FIELD_TICK },
        { .name = "other",
          .label = N_("Something else to prepare"),
          .hint = N_("Read by the organisers of this event alone, without your name, and erased the day after it."),
          .kind = FIELD_TEXT,
          .characters_max = NEED_CHARACTERS_MAX,
          .rows = 2 },
        { .name = "agreed",
          .label = N_("I agree that these needs are kept for the event."),
          .hint = N_("Only if you have told some. They may say something of your health: nobody keeps them without "
                     "your word."),
          .kind = FIELD_TICK },
};

void needs_fields_add(GArray *fields)
{
        g_array_append_vals(fields, NEEDS, G_N_ELEMENTS(NEEDS));
}

void needs_form_set(Form *form, const Needs *needs)
{
        form_set(form, "captions", needs->captions ? "1" : "");
        form_set(form, "sign", needs->sign ? "1" : "");
        form_set(form, "audio", needs->audio ? "1" : "");
        form_set(form, "wheelchair", needs->wheelchair ? "1" : "");
        form_set(form, "other", needs->other);
        form_set(form, "agreed", needs_are_empty(needs) ? "" : "1");
}

Needs needs_form_read(Form *form)
{
        Needs needs = { .captions = form_ticked(form, "captions"),
                        .sign = form_ticked(form, "sign"),
                        .audio = form_ticked(form, "audio"),
                        .wheelchair = form_ticked(form, "wheelchair"),
                        .other = form_value(form, "other") };
        if (!needs_are_empty(&needs) && !form_ticked(form, "agreed"))
                form_fail(form, "agreed",
                          tr(form_lang(form), "Tick this box, or take your needs out: they are not kept without it."));
        return needs;
}
