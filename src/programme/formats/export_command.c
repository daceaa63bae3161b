#include "programme/formats/schedule_csv.h"
#include "programme/formats/schedule_format.h"
#include "programme/import.h"
#include "programme/programme.h"

#include <string.h>

int programme_export_command(Store *store, const char *slug, const char *format_name, const char *origin, FILE *out,
                             FILE *errors)
{
        bool people = !strcmp(format_name, "people.csv");
        Format format = people ? FORMAT_CSV : format_named(format_name);
        if (format == FORMATS) {
                fprintf(errors, "treteau: there is no format %s: xml, json, ics, csv or people.csv\n", format_name);
                return 1;
        }
        Db *db = store_read_begin(store);
        g_autoptr(Event) event = conference_find(db, slug);
        g_autoptr(Programme) programme = event ? programme_load(db, event) : NULL;
        store_read_end(store, db);
        if (!event) {
                fprintf(errors, "treteau: there is no event %s\n", slug);
                return 1;
        }
        g_autofree char *base_url = g_strdup_printf("%s/%s/", origin, slug);
        GString *text = people ? people_csv_write(programme, event->lang)
                               : format_write(programme, format, base_url, event->lang);
        bool whole = fwrite(text->str, 1, text->len, out) == text->len && fflush(out) == 0;
        g_string_free(text, TRUE);
        return whole ? 0 : 1;
}
