/* Polls: prepared by hosts, opened, answered once by each, closed for good. What somebody answered is nowhere beside
 * their name: the store counts answers and, until the poll is closed, notes who has given one. */
#include "discuss/discuss_store.h"

#include <string.h>

Poll *discuss_poll_new(void)
{
        Poll *poll = g_new0(Poll, 1);
        poll->who = g_hash_table_new(NULL, NULL);
        poll->choices = g_ptr_array_new_with_free_func(discuss_choice_free);
        return poll;
}

void discuss_choice_free(gpointer data)
{
        g_free(((Choice *)data)->text);
        g_free(data);
}

void discuss_poll_free(gpointer data)
{
        Poll *poll = data;
        g_hash_table_unref(poll->who);
        g_ptr_array_unref(poll->choices);
        g_free(poll->kind);
        g_free(poll->question);
        g_free(poll->state);
        g_free(poll);
}

void discuss_poll_add_choice(Poll *poll, const char *text, int votes)
{
        Choice *choice = g_new(Choice, 1);
        *choice = (Choice){ g_strdup(text), votes };
        g_ptr_array_add(poll->choices, choice);
}

static Poll *find(const LiveRoom *room, int64_t id)
{
        GPtrArray *polls = discussion_of(room)->polls;
        for (guint i = 0; i < polls->len; i++)
                if (((Poll *)g_ptr_array_index(polls, i))->id == id)
                        return g_ptr_array_index(polls, i);
        return NULL;
}

static bool is_words(const Poll *poll)
{
        return strcmp(poll->kind, "words") == 0;
}

/* Figures while it is open are for hosts: who votes is not to follow the others. */
static json_t *poll_json(const Poll *poll, bool figures)
{
        bool shown = figures || strcmp(poll->state, "closed") == 0;
        json_t *choices = json_array();
        for (guint i = 0; i < poll->choices->len && (shown || !is_words(poll)); i++) {
                const Choice *choice = g_ptr_array_index(poll->choices, i);
                json_t *json = json_pack("{s:s}", "text", choice->text);
                if (shown)
                        json_object_set_new(json, "votes", json_integer(choice->votes));
                json_array_append_new(choices, json);
        }
        return json_pack("{s:I, s:s, s:s, s:s, s:i, s:o}", "id", (json_int_t)poll->id, "kind", poll->kind, "question",
                         poll->question, "state", poll->state, "answers", poll->answers, "choices", choices);
}

json_t *discuss_polls_json(LiveRoom *room, int person)
{
        GPtrArray *polls = discussion_of(room)->polls;
        bool host = live_person_role(room, person) == LIVE_HOST;
        json_t *list = json_array();
        for (guint i = 0; i < polls->len; i++) {
                const Poll *poll = g_ptr_array_index(polls, i);
                if (!host && strcmp(poll->state, "draft") == 0)
                        continue;
                json_t *json = poll_json(poll, host);
                json_object_set_new(json, "answered",
                                    json_boolean(g_hash_table_contains(poll->who, GINT_TO_POINTER(person))));
                json_array_append_new(list, json);
        }
        return list;
}

static void tell(LiveRoom *room, const Poll *poll)
{
        if (strcmp(poll->state, "draft") != 0)
                live_broadcast(room, json_pack("{s:s, s:o}", "t", "poll", "poll", poll_json(poll, false)));
        if (strcmp(poll->state, "closed") != 0) /* behind the other, so that hosts end with the figures */
                live_tell_hosts(room, json_pack("{s:s, s:o}", "t", "poll", "poll", poll_json(poll, true)));
}

void discuss_tell_figures(LiveRoom *room, Discussion *discussion)
{
        for (guint i = 0; i < discussion->polls->len; i++) {
                Poll *poll = g_ptr_array_index(discussion->polls, i);
                if (poll->changed && strcmp(poll->state, "open") == 0) {
                        live_tell_hosts(room, json_pack("{s:s, s:o}", "t", "poll", "poll", poll_json(poll, true)));
                        live_broadcast(room, json_pack("{s:s, s:I, s:i}", "t", "polled", "id", (json_int_t)poll->id,
                                                       "answers", poll->answers));
                }
                poll->changed = false;
        }
}

/* --- preparing --------------------------------------------------------------------------------------------------- */

typedef struct {
        Poll *poll;
        int64_t id;
        char *nonce;
} Draft;

static void draft_free(gpointer data)
{
        Draft *draft = data;
        if (draft->poll)
                discuss_poll_free(draft->poll);
        g_free(draft->nonce);
        g_free(draft);
}

static bool write_draft(Db *db, const LiveMoment *moment, gpointer data)
{
        Draft *draft = data;
        return discuss_store_poll(db, moment, draft->poll, &draft->id);
}

static void after_draft(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Draft *draft = data;
        if (!kept) {
                if (client)
                        live_refuse(client, "poll", draft->nonce,
                                    N_("This poll could not be saved. A poll that was opened is not changed any more; "
                                       "a session has at most 40."));
                return;
        }
        Poll *poll = g_steal_pointer(&draft->poll), *known = find(room, draft->id);
        poll->id = draft->id;
        tell(room, poll);
        GPtrArray *polls = discussion_of(room)->polls;
        guint place;
        if (known && g_ptr_array_find(polls, known, &place)) {
                discuss_poll_free(known);
                polls->pdata[place] = poll;
        } else {
                g_ptr_array_add(polls, poll);
        }
}

/* Different ones, each clean; false: there is something else among them, or too many. */
static bool read_choices(json_t *list, Poll *poll)
{
        size_t i, count = json_array_size(list);
        json_t *one;
        if (count < 2 || count > CHOICES_MAX)
                return false;
        json_array_foreach(list, i, one)
        {
                g_autofree char *text = live_clean_text(json_string_value(one), CHOICE_MAX_CHARS, false);
                if (!text)
                        return false;
                for (guint n = 0; n < poll->choices->len; n++)
                        if (strcmp(((Choice *)g_ptr_array_index(poll->choices, n))->text, text) == 0)
                                return false;
                discuss_poll_add_choice(poll, text, 0);
        }
        return true;
}

void discuss_poll(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_draft, after_draft, draft_free };
        static const char *const kinds[] = { "single", "several", "words", NULL };
        LiveRoom *room = live_client_room(client);
        const char *kind = json_string_value(json_object_get(message, "kind"));
        Draft *draft = g_new0(Draft, 1);
        Poll *poll = draft->poll = discuss_poll_new();
        draft->nonce = g_strdup(discuss_nonce(message));
        poll->id = json_integer_value(json_object_get(message, "poll"));
        poll->state = g_strdup("draft");
        poll->question =
                live_clean_text(json_string_value(json_object_get(message, "question")), QUESTION_MAX_CHARS, false);
        bool known = kind && g_strv_contains(kinds, kind);
        poll->kind = g_strdup(known ? kind : "single");
        if (!known || !poll->question || poll->id < 0) {
                live_refuse(client, "poll", draft->nonce, N_("A poll has a question of 1 to 500 characters."));
                draft_free(draft);
        } else if (!is_words(poll) && !read_choices(json_object_get(message, "choices"), poll)) {
                live_refuse(client, "poll", draft->nonce,
                            N_("A poll has 2 to 12 different answers of 1 to 120 characters."));
                draft_free(draft);
        } else {
                live_write(room, client, &how, draft);
        }
}

/* --- opening, closing -------------------------------------------------------------------------------------------- */

typedef struct {
        int64_t poll;
        const char *state;
} Step;

static bool write_step(Db *db, const LiveMoment *moment, gpointer data)
{
        const Step *step = data;
        return discuss_store_poll_state(db, moment, step->poll, step->state);
}

static void set_state(LiveRoom *room, Poll *poll, const char *state)
{
        g_free(poll->state);
        poll->state = g_strdup(state);
        tell(room, poll);
}

static void after_step(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Step *step = data;
        Poll *poll = find(room, step->poll);
        if (!kept || !poll) {
                if (client)
                        live_refuse(client, "poll_state", NULL,
                                    N_("This poll cannot do that now. A closed poll stays closed."));
        } else if (strcmp(step->state, "none") == 0) {
                live_broadcast(room, json_pack("{s:s, s:I}", "t", "unpolled", "id", (json_int_t)poll->id));
                g_ptr_array_remove(discussion_of(room)->polls, poll);
        } else {
                set_state(room, poll, step->state);
        }
}

void discuss_poll_state(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_step, after_step, g_free };
        static const char *const all[] = { "open", "closed", "none" };
        const char *state = json_string_value(json_object_get(message, "state"));
        for (size_t i = 0; state && i < G_N_ELEMENTS(all); i++)
                if (strcmp(all[i], state) == 0) {
                        if (i == 0 && !discuss_is_open(client, "poll_state", NULL))
                                return;
                        Step *step = g_new(Step, 1);
                        *step = (Step){ json_integer_value(json_object_get(message, "poll")), all[i] };
                        live_write(live_client_room(client), client, &how, step);
                        return;
                }
        live_refuse(client, "poll_state", NULL, N_("This poll cannot do that now. A closed poll stays closed."));
}

void discuss_close_polls(LiveRoom *room)
{
        GPtrArray *polls = discussion_of(room)->polls;
        for (guint i = 0; i < polls->len; i++) {
                Poll *poll = g_ptr_array_index(polls, i);
                if (strcmp(poll->state, "open") == 0)
                        set_state(room, poll, "closed");
        }
}

/* --- answering --------------------------------------------------------------------------------------------------- */

typedef struct {
        Poll *poll; /* its id; after the commit as it is then */
        int person;
        GArray *picks; /* int */
        char **words;  /* NULL: it is one of picks */
        bool counted;
} Answer;

static void answer_free(gpointer data)
{
        Answer *answer = data;
        discuss_poll_free(answer->poll);
        g_array_unref(answer->picks);
        g_strfreev(answer->words);
        g_free(answer);
}

static bool write_answer(Db *db, const LiveMoment *moment, gpointer data)
{
        Answer *answer = data;
        return discuss_store_answer(db, moment, answer->poll, answer->person, answer->picks, answer->words,
                                    &answer->counted);
}

static void after_answer(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        Answer *answer = data;
        Poll *poll = find(room, answer->poll->id);
        if (!kept || !poll) {
                if (client)
                        live_refuse(client, "answer", NULL,
                                    N_("Your answer could not be counted: the poll may be closed. Try again."));
                return;
        }
        poll->answers = answer->poll->answers;
        GPtrArray *choices = poll->choices;
        poll->choices = answer->poll->choices;
        answer->poll->choices = choices;
        g_hash_table_add(poll->who, GINT_TO_POINTER(answer->person));
        poll->changed = discussion_of(room)->changed = true;
        if (client)
                live_answer(client, json_pack("{s:s, s:I, s:b}", "t", "answered", "poll", (json_int_t)poll->id,
                                              "counted", answer->counted));
}

/* Different numbers of the poll's choices: one, or where several may be taken at least one. */
static bool read_picks(json_t *list, const Poll *poll, GArray *picks)
{
        size_t i, count = json_array_size(list), most = strcmp(poll->kind, "single") == 0 ? 1 : poll->choices->len;
        json_t *one;
        bool taken[CHOICES_MAX] = { false };
        if (count < 1 || count > most)
                return false;
        json_array_foreach(list, i, one)
        {
                json_int_t pick = json_is_integer(one) ? json_integer_value(one) : -1;
                if (pick < 0 || pick >= (json_int_t)poll->choices->len || taken[pick])
                        return false;
                taken[pick] = true;
                int n = (int)pick;
                g_array_append_val(picks, n);
        }
        return true;
}

/* One to three; the same written otherwise ("Lien", "lien ") is one word. (transfer full) */
static char **read_words(json_t *list)
{
        g_autoptr(GStrvBuilder) words = g_strv_builder_new();
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        size_t i, count = json_array_size(list);
        json_t *one;
        if (count < 1 || count > WORDS_EACH)
                return NULL;
        json_array_foreach(list, i, one)
        {
                g_autofree char *clean = live_clean_text(json_string_value(one), WORD_MAX_CHARS, false);
                if (!clean)
                        return NULL;
                char *lower = g_utf8_strdown(clean, -1);
                g_autofree char *word = g_utf8_normalize(lower, -1, G_NORMALIZE_DEFAULT_COMPOSE);
                g_free(lower);
                if (g_hash_table_add(seen, g_strdup(word)))
                        g_strv_builder_add(words, word);
        }
        return g_strv_builder_end(words);
}

void discuss_answer(LiveClient *client, json_t *message)
{
        static const LiveWrite how = { write_answer, after_answer, answer_free };
        LiveRoom *room = live_client_room(client);
        const Poll *poll = find(room, json_integer_value(json_object_get(message, "poll")));
        if (!discuss_is_open(client, "answer", NULL))
                return;
        if (!poll || strcmp(poll->state, "open") != 0) {
                live_refuse(client, "answer", NULL, N_("This poll is not open."));
                return;
        }
        Answer *answer = g_new0(Answer, 1);
        answer->poll = discuss_poll_new();
        answer->poll->id = poll->id;
        answer->person = live_client_person(client);
        answer->picks = g_array_new(FALSE, FALSE, sizeof(int));
        if (is_words(poll))
                answer->words = read_words(json_object_get(message, "words"));
        if (is_words(poll) ? !answer->words : !read_picks(json_object_get(message, "choices"), poll, answer->picks)) {
                live_refuse(client, "answer", NULL,
                            is_words(poll) ? N_("One to three words, each of at most 40 characters.")
                                           : N_("Choose among the answers of the poll."));
                answer_free(answer);
                return;
        }
        live_write(room, client, &how, answer);
}
