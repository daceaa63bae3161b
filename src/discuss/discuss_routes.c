/* What was asked, voted and said in a session, for its organisers: all of it as JSON, questions and polls as CSV. */
#include "discuss/discuss_store.h"

#include "base/csv.h"
#include "base/time.h"
#include "programme/programme.h"

static json_t *discussion_for(Request *req, Db *db)
{
        g_autoptr(Talk) talk = talk_find(db, request_event(req), request_param(req, "code"));
        if (!talk) {
                respond_not_found(req);
                return NULL;
        }
        json_t *all = discuss_store_talk(db, talk->id);
        json_object_set_new(all, "code", json_string(talk->code));
        json_object_set_new(all, "title", json_string(talk->title));
        return all;
}

static void send_file(Request *req, const char *ending, const char *content_type, const char *text)
{
        g_autofree char *named =
                g_strdup_printf("attachment; filename=\"discussion-%s.%s\"", request_param(req, "code"), ending);
        respond_header(req, "Content-Disposition", named);
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, content_type, text);
}

static void export_json(Request *req, Db *db)
{
        json_t *all = discussion_for(req, db);
        if (!all)
                return;
        char *text = json_dumps(all, JSON_INDENT(1));
        send_file(req, "json", "application/json", text);
        free(text);
        json_decref(all);
}

static void put_number(GString *csv, json_t *number)
{
        g_autofree char *text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(number));
        csv_put(csv, text, false, ',');
}

static void put_time(GString *csv, json_t *us)
{
        g_autofree char *text = NULL;
        if (json_is_integer(us)) {
                g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(json_integer_value(us) / SECOND_US);
                text = g_date_time_format_iso8601(time);
        }
        csv_put(csv, text ? text : "", false, ',');
}

/* part, text, name, number, state, when: one row a question, a poll's answer, a line. */
static void put_row(GString *csv, const char *part, json_t *row, json_t *votes, const char *state)
{
        const char *name = json_string_value(json_object_get(row, "name"));
        csv_put(csv, part, true, ',');
        csv_put(csv, json_string_value(json_object_get(row, "text")), false, ',');
        csv_put(csv, name ? name : "", false, ',');
        if (votes)
                put_number(csv, votes);
        else
                csv_put(csv, "", false, ',');
        csv_put(csv, state, false, ',');
        put_time(csv, json_object_get(row, "at_us"));
        csv_end_row(csv);
}

static void put_poll(GString *csv, json_t *poll)
{
        const char *state = json_string_value(json_object_get(poll, "state"));
        json_t *question = json_pack("{s:O}", "text", json_object_get(poll, "question")), *choice;
        put_row(csv, "poll", question, json_object_get(poll, "answers"), state);
        json_decref(question);
        size_t i;
        json_array_foreach(json_object_get(poll, "choices"), i, choice)
                put_row(csv, "answer", choice, json_object_get(choice, "votes"), state);
}

static void export_csv(Request *req, Db *db)
{
        static const char *const columns[] = { "part", "text", "name", "number", "state", "at" };
        json_t *all = discussion_for(req, db), *row;
        if (!all)
                return;
        size_t i;
        g_autoptr(GString) csv = g_string_new("\xEF\xBB\xBF"); /* spreadsheets take it for UTF-8 by this mark */
        for (i = 0; i < G_N_ELEMENTS(columns); i++)
                csv_put(csv, columns[i], i == 0, ',');
        csv_end_row(csv);
        json_array_foreach(json_object_get(all, "questions"), i, row) put_row(
                csv, "question", row, json_object_get(row, "votes"), json_string_value(json_object_get(row, "state")));
        json_array_foreach(json_object_get(all, "polls"), i, row) put_poll(csv, row);
        json_array_foreach(json_object_get(all, "lines"), i, row) put_row(csv, "line", row, NULL, "");
        send_file(req, "csv", "text/csv; charset=utf-8", csv->str);
        json_decref(all);
}

const Route discuss_routes[] = {
        { GET, "/:event/talk/:code/discussion.json", export_json, RIGHT_HOST, 0, "What was asked, voted and said" },
        { GET, "/:event/talk/:code/discussion.csv", export_csv, RIGHT_HOST, 0, "The same, as a table" },
        { 0 },
};
