/* Questions: asked, voted for, led through their states by the hosts. */
#include "discuss/discuss_store.h"

#include <string.h>

static const char *const states[] = { "waiting", "open", "answering", "answered", "hidden" };

Question *discuss_question_new(void)
{
        Question *question = g_new0(Question, 1);
        question->voters = g_hash_table_new(NULL, NULL);
        return question;
}

void discuss_question_free(gpointer data)
{
        Question *question = data;
        g_hash_table_unref(question->voters);
        g_free(question->nonce);
        g_free(question->text);
        g_free(question->state);
        g_free(question);
}

static Question *find(const LiveRoom *room, int64_t id)
{
        GPtrArray *questions = discussion_of(room)->questions;
        for (guint i = 0; i < questions->len; i++)
                if (((Question *)g_ptr_array_index(questions, i))->id == id)
                        return g_ptr_array_index(questions, i);
        return NULL;
}

static int64_t id_of(json_t *message, const char *member)
{
        return json_integer_value(json_object_get(message, member));
}

static bool is_public(const Question *question)
{
        return strcmp(question->state, "waiting") != 0 && strcmp(question->state, "hidden") != 0;
}

static bool may_see(LiveRoom *room, const Question *question, int person)
{
        return is_public(question) || live_person_role(room, person) == LIVE_HOST ||
               (person == question->person && strcmp(question->state, "waiting") == 0);
}

static int votes(const Question *question)
{
        return question->votes + (int)g_hash_table_size(question->voters);
}

static json_t *question_json(LiveRoom *room, const Question *question)
{
        json_t *json =
                json_pack("{s:I, s:s, s:s, s:i, s:I}", "id", (json_int_t)question->id, "text", question->text, "state",
                          question->state, "votes", votes(question), "at_us", (json_int_t)question->asked_us);
        if (question->named) {
                json_object_set_new(json, "who", json_integer(question->person));
                json_object_set_new(json, "name", json_string(live_person_name(room, question->person)));
        }
        return json;
}

json_t *discuss_questions_json(LiveRoom *room, int person)
{
        GPtrArray *questions = discussion_of(room)->questions;
        json_t *list = json_array();
        for (guint i = 0; i < questions->len; i++) {
                const Question *question = g_ptr_array_index(questions, i);
                if (!may_see(room, question, person))
                        continue;
                json_t *json = question_json(room, question);
                json_object_set_new(json, "voted",
                                    json_boolean(g_hash_table_contains(question->voters, GINT_TO_POINTER(person))));
                if (question->person == person)
                        json_object_set_new(json, "nonce", json_string(question->nonce));
                json_array_append_new(list, json);
        }
        return list;
}

/* To everybody who may see it; who may not any more is told that it is gone. */
static void tell(LiveRoom *room, const Question *question)
{
        json_t *shown = json_pack("{s:s, s:o}", "t", "question", "question", question_json(room, question));
        if (is_public(question)) {
                live_broadcast(room, shown);
                return;
        }
        live_broadcast(room, json_pack("{s:s, s:[I]}", "t", "unasked", "list", (json_int_t)question->id));
        if (strcmp(question->state, "waiting") == 0 && live_person_role(room, question->person) != LIVE_HOST)
                live_tell_person(room, question->person, json_incref(shown));
        live_tell_hosts(room, shown);
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

static bool write_ask(Db *db, const LiveMoment *moment, gpointer data)
{
        return discuss_store_ask(db, moment, data);
}

static void after_ask(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Question *asked = data;
        if (!kept) {
                if (client)
                        live_refuse(client, "ask", asked->nonce,
                                    N_("Your question could not be saved, or there are 300 already. Try again later."));
                return;
        }
        Question *known = find(room, asked->id);
        if (!known) {
                known = discuss_question_new();
                GHashTable *voters = known->voters;
                *known = *asked;
                known->voters = voters;
                asked->nonce = asked->text = asked->state = NULL;
                g_ptr_array_add(discussion_of(room)->questions, known);
                tell(room, known);
        }
        if (client)
                live_answer(client, json_pack("{s:s, s:s, s:I, s:s}", "t", "asked", "id", known->nonce, "question",
                                              (json_int_t)known->id, "state", known->state));
}

void discuss_ask(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_ask, after_ask, discuss_question_free };
        LiveRoom *room = live_client_room(client);
        const Discussion *discussion = discussion_of(room);
        const char *nonce = discuss_nonce(message);
        int person = live_client_person(client);
        bool named = !json_is_false(json_object_get(message, "named"));
        g_autofree char *text =
                live_clean_text(json_string_value(json_object_get(message, "text")), QUESTION_MAX_CHARS, false);
        const char *why = !nonce                            ? N_("This message has no proper number. Reload the page.")
                          : !text                           ? N_("A question has 1 to 500 characters.")
                          : !named && !discussion->nameless ? N_("Questions are asked with a name here.")
                          : named && !*live_person_name(room, person) ? N_("Say your name: 1 to 60 characters.")
                                                                      : NULL;
        if (why) {
                live_refuse(client, "ask", nonce, why);
                return;
        }
        if (!discuss_is_open(client, "ask", nonce))
                return;
        Question *question = discuss_question_new();
        question->person = person;
        question->named = named;
        question->nonce = g_strdup(nonce);
        question->text = g_steal_pointer(&text);
        bool waits = discussion->moderated && live_person_role(room, person) != LIVE_HOST;
        question->state = g_strdup(waits ? "waiting" : "open");
        live_write(room, client, &how, question);
}

/* --- voting and taking back -------------------------------------------------------------------------------------- */

typedef struct {
        int64_t question;
        int person;
        bool on;
        const char *state; /* one of states */
} Change;

static bool write_vote(Db *db, const LiveMoment *moment, gpointer data)
{
        const Change *change = data;
        return discuss_store_vote(db, moment, change->question, change->person, change->on);
}

static void after_vote(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Change *change = data;
        Question *question = find(room, change->question);
        if (!kept || !question) {
                if (client)
                        live_refuse(client, "vote", NULL, N_("This vote could not be noted. Try again."));
                return;
        }
        bool other = change->on ? g_hash_table_add(question->voters, GINT_TO_POINTER(change->person))
                                : g_hash_table_remove(question->voters, GINT_TO_POINTER(change->person));
        if (other)
                question->changed = discussion_of(room)->changed = true;
        if (client)
                live_answer(client, json_pack("{s:s, s:I, s:b, s:i}", "t", "voted", "id", (json_int_t)question->id,
                                              "on", change->on, "votes", votes(question)));
}

void discuss_vote(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_vote, after_vote, g_free };
        LiveRoom *room = live_client_room(client);
        const Question *question = find(room, id_of(message, "id"));
        if (!discuss_is_open(client, "vote", NULL))
                return;
        if (!question || (strcmp(question->state, "open") != 0 && strcmp(question->state, "answering") != 0)) {
                live_refuse(client, "vote", NULL, N_("This question takes no votes now."));
                return;
        }
        Change *change = g_new0(Change, 1);
        *change = (Change){ question->id, live_client_person(client), json_is_true(json_object_get(message, "on")),
                            NULL };
        live_write(room, client, &how, change);
}

void discuss_tell_votes(LiveRoom *room, Discussion *discussion)
{
        json_t *list = json_array();
        for (guint i = 0; i < discussion->questions->len; i++) {
                Question *question = g_ptr_array_index(discussion->questions, i);
                if (question->changed && is_public(question))
                        json_array_append_new(list, json_pack("[I, i]", (json_int_t)question->id, votes(question)));
                question->changed = false;
        }
        if (json_array_size(list))
                live_broadcast(room, json_pack("{s:s, s:o}", "t", "votes", "list", list));
        else
                json_decref(list);
}

static bool write_withdraw(Db *db, const LiveMoment *moment, gpointer data)
{
        const Change *change = data;
        return discuss_store_withdraw(db, moment, change->question, change->person);
}

static void remove_question(LiveRoom *room, Question *question)
{
        live_broadcast(room, json_pack("{s:s, s:[I]}", "t", "unasked", "list", (json_int_t)question->id));
        g_ptr_array_remove(discussion_of(room)->questions, question);
}

static void after_withdraw(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Question *question = find(room, ((const Change *)data)->question);
        if (kept && question)
                remove_question(room, question);
        else if (!kept && client)
                live_refuse(client, "withdraw", NULL, N_("This question could not be taken back. Try again."));
}

void discuss_withdraw(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_withdraw, after_withdraw, g_free };
        LiveRoom *room = live_client_room(client);
        const Question *question = find(room, id_of(message, "id"));
        if (!question || question->person != live_client_person(client)) {
                live_refuse(client, "withdraw", NULL, N_("One takes back only one's own question."));
                return;
        }
        Change *change = g_new0(Change, 1);
        *change = (Change){ question->id, question->person, false, NULL };
        live_write(room, client, &how, change);
}

/* --- what hosts do ----------------------------------------------------------------------------------------------- */

static bool write_state(Db *db, const LiveMoment *moment, gpointer data)
{
        const Change *change = data;
        return discuss_store_state(db, moment, change->question, change->state);
}

static void set_state(LiveRoom *room, Question *question, const char *state)
{
        g_free(question->state);
        question->state = g_strdup(state);
        tell(room, question);
}

static void after_state(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Change *change = data;
        Question *question = find(room, change->question);
        if (!kept || !question) {
                if (client)
                        live_refuse(client, "question", NULL, N_("This could not be noted. Try again."));
                return;
        }
        GPtrArray *questions = discussion_of(room)->questions;
        for (guint i = 0; strcmp(change->state, "answering") == 0 && i < questions->len; i++) {
                Question *other = g_ptr_array_index(questions, i);
                if (other != question && strcmp(other->state, "answering") == 0)
                        set_state(room, other, "answered");
        }
        set_state(room, question, change->state);
}

void discuss_question(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_state, after_state, g_free };
        LiveRoom *room = live_client_room(client);
        const Question *question = find(room, id_of(message, "id"));
        const char *state = json_string_value(json_object_get(message, "state")), *known = NULL;
        for (size_t i = 1; state && i < G_N_ELEMENTS(states); i++) /* nothing goes back to waiting */
                if (strcmp(states[i], state) == 0)
                        known = states[i];
        if (!question || !known) {
                live_refuse(client, "question", NULL, N_("This question is not there any more."));
                return;
        }
        Change *change = g_new0(Change, 1);
        *change = (Change){ question->id, live_client_person(client), false, known };
        live_write(room, client, &how, change);
}

typedef struct {
        bool moderated, nameless;
} Setting;

static bool write_setting(Db *db, const LiveMoment *moment, gpointer data)
{
        const Setting *setting = data;
        return discuss_store_setting(db, moment, setting->moderated, setting->nameless);
}

static void after_setting(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Setting *setting = data;
        Discussion *discussion = discussion_of(room);
        if (!kept) {
                if (client)
                        live_refuse(client, "asking", NULL, N_("This could not be noted. Try again."));
                return;
        }
        discussion->moderated = setting->moderated;
        discussion->nameless = setting->nameless;
        live_broadcast(room, json_pack("{s:s, s:b, s:b}", "t", "asking", "moderated", discussion->moderated, "nameless",
                                       discussion->nameless));
}

void discuss_asking(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_setting, after_setting, g_free };
        Setting *setting = g_new(Setting, 1);
        *setting = (Setting){ json_is_true(json_object_get(message, "moderated")),
                              json_is_true(json_object_get(message, "nameless")) };
        live_write(live_client_room(client), client, &how, setting);
}

/* --- the end ----------------------------------------------------------------------------------------------------- */

void discuss_forget_questions(LiveRoom *room, int person)
{
        Discussion *discussion = discussion_of(room);
        for (guint i = discussion->questions->len; i > 0; i--) {
                Question *question = g_ptr_array_index(discussion->questions, i - 1);
                if (g_hash_table_remove(question->voters, GINT_TO_POINTER(person)))
                        question->changed = discussion->changed = true;
                if (question->person == person)
                        remove_question(room, question);
        }
}

static bool write_settled(Db *db, const LiveMoment *moment, gpointer data)
{
        return discuss_store_settle(db, moment->room_id, 0);
}

/* Here the voters stay until the room closes, so that each sees what they voted for. */
void discuss_settle(LiveRoom *room)
{
        static const LiveWrite how = { write_settled, NULL, NULL };
        live_write(room, NULL, &how, NULL);
        discuss_close_polls(room);
}
