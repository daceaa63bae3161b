#include "programme/formats/csv_columns.h"

#include <string.h>

const ColumnFacts column_facts[COLUMNS] = {
        [COLUMN_CODE] = { "Code", "Code" },
        [COLUMN_TITLE] = { "Title", "Titre", { "session", "seance", "intitule" } },
        [COLUMN_SUBTITLE] = { "Subtitle", "Sous-titre" },
        [COLUMN_DAY] = { "Day", "Jour", { "date" } },
        [COLUMN_START] = { "Start", "Début", { "starttime", "heure", "heurededebut", "begins" } },
        [COLUMN_DURATION] = { "Duration", "Durée", { "length" } },
        [COLUMN_ROOM] = { "Room", "Salle", { "location", "lieu" } },
        [COLUMN_TRACK] = { "Track", "Thème", { "theme", "parcours", "thematique" } },
        [COLUMN_KIND] = { "Kind", "Genre", { "type", "format", "kind" } },
        [COLUMN_LANGUAGE] = { "Language", "Langue" },
        [COLUMN_PERSONS] = { "Speakers",
                             "Intervenants",
                             { "speaker", "intervenantes", "intervenant", "persons", "personnes", "orateurs" } },
        [COLUMN_MODERATORS] = { "Led by",
                                "Animation",
                                { "moderators", "moderator", "moderation", "animateurs", "animepar" } },
        [COLUMN_ABSTRACT] = { "Abstract", "Résumé", { "summary" } },
        [COLUMN_DESCRIPTION] = { "Description", "Description" },
        [COLUMN_LINKS] = { "Links", "Liens", { "link", "lien", "documents" } },
        [COLUMN_LICENCE] = { "Licence", "Licence", { "license" } },
        [COLUMN_RECORDED] = { "Recorded", "Enregistrée", { "recording", "enregistrement" } },
        [COLUMN_PLACES] = { "Places", "Places" },
        [COLUMN_CANCELLED] = { "Cancelled", "Annulée", { "canceled", "annule" } },
        [COLUMN_SLUG] = { "Short name", "Nom court", { "slug" } },
        [COLUMN_NUMBER] = { "Number elsewhere", "Numéro ailleurs", { "id" } },
        [COLUMN_GUID] = { "Identifier", "Identifiant", { "guid", "uuid" } },
        [COLUMN_END] = { "End", "Fin", { "endtime", "heuredefin", "ends" } },
        [COLUMN_NAME] = { "Name", "Nom", { "fullname", "nomcomplet" } },
        [COLUMN_EMAIL] = { "E-mail", "Courriel", { "mail", "adresse", "adressemail", "emailaddress", "mel" } },
        [COLUMN_BIOGRAPHY] = { "Biography", "Biographie", { "bio" } },
};

char *heading_fold(const char *heading)
{
        g_autofree char *ascii = g_str_to_ascii(heading, "C");
        GString *folded = g_string_new(NULL);
        for (const char *c = ascii; *c; c++)
                if (g_ascii_isalnum(*c))
                        g_string_append_c(folded, g_ascii_tolower(*c));
        return g_string_free(folded, FALSE);
}

static bool is_heading(const ColumnFacts *facts, const char *folded)
{
        g_autofree char *english = heading_fold(facts->english), *french = heading_fold(facts->french);
        if (!strcmp(folded, english) || !strcmp(folded, french))
                return true;
        for (size_t i = 0; i < G_N_ELEMENTS(facts->others) && facts->others[i]; i++)
                if (!strcmp(folded, facts->others[i]))
                        return true;
        return false;
}

Column column_named(const char *heading)
{
        g_autofree char *folded = heading_fold(heading);
        Column column = 0;
        while (column < COLUMNS && !is_heading(&column_facts[column], folded))
                column++;
        return column;
}

const char *column_heading(Column column, const char *lang)
{
        return !strcmp(lang, "fr") ? column_facts[column].french : column_facts[column].english;
}
