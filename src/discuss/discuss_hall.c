/* Questions and polls on the hall's light page: read from the store, said to the room by forms (LiveFeature.hall). */
#include "discuss/discuss_store.h"

#include <string.h>

const Choice *discuss_choice(const Poll *poll, guint i)
{
        return g_ptr_array_index(poll->choices, i);
}

int discuss_percent(const Poll *poll, guint i)
{
        return poll->answers ? (100 * discuss_choice(poll, i)->votes + poll->answers / 2) / poll->answers : 0;
}

int discuss_word_size(const Poll *poll, guint i)
{
        int most = 1;
        for (guint n = 0; n < poll->choices->len; n++)
                most = MAX(most, discuss_choice(poll, n)->votes);
        return (4 * discuss_choice(poll, i)->votes + most - 1) / most;
}

bool discuss_hall_done(const DiscussHall *page, const Poll *poll)
{
        return g_hash_table_contains(poll->who, GINT_TO_POINTER(page->hall->person));
}

static void question_clear(gpointer data)
{
        HallQuestion *question = data;
        g_free(question->text);
        g_free(question->state);
        g_free(question->name);
}

void discuss_hall(Html *h, Db *db, const LiveHall *hall)
{
        g_autoptr(GArray) questions = g_array_new(FALSE, TRUE, sizeof(HallQuestion));
        g_array_set_clear_func(questions, question_clear);
        g_autoptr(GPtrArray) polls = g_ptr_array_new_with_free_func(discuss_poll_free);
        g_autofree char *nonce = g_uuid_string_random();
        DiscussHall page = { .hall = hall, .nonce = nonce };
        discuss_store_setting_of(db, hall->session_id, &page.moderated, &page.nameless);
        discuss_store_hall_questions(db, hall->session_id, hall->person, questions);
        discuss_store_hall_polls(db, hall->session_id, polls);
        page.polls = (Poll *const *)polls->pdata;
        page.poll_count = polls->len;
        page.questions = (const HallQuestion *)questions->data;
        page.count = questions->len;
        while (page.waiting < page.count && !strcmp(page.questions[page.waiting].state, "waiting"))
                page.waiting++;
        discuss_hall_view(h, &page);
}

static json_int_t number(const char *text)
{
        return (json_int_t)g_ascii_strtoull(text, NULL, 10);
}

static json_t *ask_of(Request *req)
{
        bool named = !*request_field(req, "nameless") && (*request_field(req, "named") || *request_field(req, "name"));
        return json_pack("{s:s, s:s, s:s, s:b}", "t", "ask", "id", request_field(req, "nonce"), "text",
                         request_field(req, "ask"), "named", named);
}

/* "pick" is the one of a choice; "pick0" … of those of which several may be taken; "word0" … are words of one's own. */
static json_t *answer_of(Request *req)
{
        json_t *choices = json_array(), *words = json_array();
        if (*request_field(req, "pick"))
                json_array_append_new(choices, json_integer(number(request_field(req, "pick"))));
        for (int i = 0; i < CHOICES_MAX; i++) {
                char pick[8], word[8];
                g_snprintf(pick, sizeof pick, "pick%d", i);
                g_snprintf(word, sizeof word, "word%d", i);
                if (*request_field(req, pick))
                        json_array_append_new(choices, json_integer(i));
                if (*request_field(req, word))
                        json_array_append_new(words, json_string(request_field(req, word)));
        }
        return json_pack("{s:s, s:I, s:o, s:o}", "t", "answer", "poll", number(request_field(req, "poll")), "choices",
                         choices, "words", words);
}

json_t *discuss_hall_form(Request *req)
{
        const char *on = request_field(req, "vote"), *off = request_field(req, "unvote");
        if (*on || *off)
                return json_pack("{s:s, s:I, s:b}", "t", "vote", "id", number(*on ? on : off), "on", *on != '\0');
        if (*request_field(req, "poll"))
                return answer_of(req);
        return *request_field(req, "nonce") ? ask_of(req) : NULL;
}
