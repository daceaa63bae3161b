/* Counts for statistics. */
#include "registration/registration.h"

#include "base/when.h"
#include "conference/conference.h"

void registration_figure_free(RegistrationFigure *figure)
{
        if (!figure)
                return;
        g_free(figure->label);
        g_free(figure);
}

static RegistrationFigure *add_figure(GPtrArray *figures, const char *label)
{
        RegistrationFigure *figure = g_new0(RegistrationFigure, 1);
        figure->label = g_strdup(label);
        g_ptr_array_add(figures, figure);
        return figure;
}

static GPtrArray *figures_new(void)
{
        return g_ptr_array_new_with_free_func((GDestroyNotify)registration_figure_free);
}

GPtrArray *registration_by_day(Db *db, int64_t event)
{
        GPtrArray *figures = figures_new();
        g_autoptr(Event) found = conference_event(db, event);
        if (!found)
                return figures;
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT created_us FROM registration WHERE event_id = $1 ORDER BY created_us", "i", event);
        RegistrationFigure *last = NULL;
        while (stmt_next(stmt)) {
                g_autofree char *day = when_iso_day(found->zone, stmt_int(stmt, 0));
                if (!last || g_strcmp0(last->label, day) != 0)
                        last = add_figure(figures, day);
                last->count++;
        }
        return figures;
}

GPtrArray *registration_by_path(Db *db, int64_t event)
{
        GPtrArray *figures = figures_new();
        RegistrationCount count = registration_count(db, event);
        add_figure(figures, "remote")->count = count.remote;
        RegistrationFigure *onsite = add_figure(figures, "onsite");
        onsite->count = count.onsite;
        onsite->places = count.places;
        onsite->waiting = db_int(db, 0,
                                 "SELECT count(*) FROM registration_place WHERE event_id = $1 "
                                 "AND coalesce(talk_id, 0) = 0 AND state <> 'held'",
                                 "i", event);
        return figures;
}

GPtrArray *registration_by_session(Db *db, int64_t event)
{
        GPtrArray *figures = figures_new();
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT talk.title, talk.id, talk.places, sum(state = 'held'), "
                         "sum(state <> 'held') FROM registration_place JOIN talk ON talk.id = talk_id "
                         "WHERE registration_place.event_id = $1 GROUP BY talk.id ORDER BY talk.start_us, "
                         "talk.id",
                         "i", event);
        while (stmt_next(stmt)) {
                RegistrationFigure *figure = add_figure(figures, stmt_text(stmt, 0));
                figure->talk = stmt_int(stmt, 1);
                figure->places = stmt_int(stmt, 2);
                figure->count = stmt_int(stmt, 3);
                figure->waiting = stmt_int(stmt, 4);
        }
        return figures;
}
