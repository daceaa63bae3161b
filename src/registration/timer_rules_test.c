/* When things run out and when people are reminded, by a clock that the tests hold (case 25). */
#include "registration/place_rules.h"
#include "registration/question.h"
#include "registration/reminder_rules.h"

#include "base/time.h"
#include "base/when.h"

static int64_t at(const char *zone_name, const char *local)
{
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name);
        int64_t us = 0;
        g_assert_true(when_parse(zone, local, &us));
        return us;
}

static void assert_local(const char *zone_name, int64_t us, const char *local)
{
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name);
        g_autofree char *text = when_field(zone, us);
        g_assert_cmpstr(text, ==, local);
}

#define PARIS "Europe/Paris"

static Moment day_before(const char *zone_name, const char *start)
{
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(zone_name);
        return reminder_day(zone, at(zone_name, start));
}

static void test_offers(void)
{
        int64_t now = at(PARIS, "2026-01-10T12:00");
        g_assert_cmpint(offer_ends_us(now, now + 30 * DAY_US, 24), ==, now + DAY_US);
        g_assert_cmpint(offer_ends_us(now, now + 10 * HOUR_US, 24), ==, now + 5 * HOUR_US);
        g_assert_cmpint(offer_ends_us(now, now + 30 * DAY_US, 2), ==, now + 2 * HOUR_US);
        g_assert_cmpint(offer_ends_us(now, now, 24), ==, 0);
        g_assert_cmpint(offer_ends_us(now, now - 1, 24), ==, 0);
}

static void test_confirmation(void)
{
        int64_t made = at(PARIS, "2026-03-28T12:00"); /* the night that has 23 hours lies between */
        g_assert_false(confirmation_is_over(made, made + DAY_US - 1));
        g_assert_true(confirmation_is_over(made, made + DAY_US));
        assert_local(PARIS, made + DAY_US, "2026-03-29T13:00");
        g_assert_true(confirmation_is_over(made, made + 400 * DAY_US)); /* case 25: the clock jumps ahead … */
        g_assert_false(confirmation_is_over(made, made - DAY_US));      /* … or back */
}

static void test_paths(void)
{
        int64_t end = at(PARIS, "2026-01-30T00:00");
        g_assert_cmpint(path_state(0, 0, end, end - 1), ==, PATH_OPEN);
        g_assert_cmpint(path_state(0, 0, end, end), ==, PATH_CLOSED);
        g_assert_cmpint(path_state(end - 5, 0, end, end - 6), ==, PATH_NOT_YET);
        g_assert_cmpint(path_state(end - 5, end - 3, end, end - 5), ==, PATH_OPEN);
        g_assert_cmpint(path_state(end - 5, end - 3, end, end - 3), ==, PATH_CLOSED);
        g_assert_cmpint(path_state(end + 5, 0, end, end + 1), ==, PATH_CLOSED);
}

static void test_day_reminder(void)
{
        assert_local(PARIS, day_before(PARIS, "2026-01-28T09:30").from_us, "2026-01-27T09:30");
        /* nobody is woken by a mail */
        assert_local(PARIS, day_before(PARIS, "2026-01-28T06:00").from_us, "2026-01-27T07:00");
        assert_local(PARIS, day_before(PARIS, "2026-01-28T00:30").from_us, "2026-01-27T07:00");
        assert_local("Pacific/Auckland", day_before("Pacific/Auckland", "2026-01-28T09:30").from_us,
                     "2026-01-27T09:30");
}

/* Case 25: in both nights when clocks change the reminder keeps the hour that the wall shows. */
static void test_clock_change(void)
{
        Moment spring = day_before(PARIS, "2026-03-29T09:30");
        assert_local(PARIS, spring.from_us, "2026-03-28T09:30");
        g_assert_cmpint(at(PARIS, "2026-03-29T09:30") - spring.from_us, ==, 23 * HOUR_US);
        Moment autumn = day_before(PARIS, "2026-10-25T09:30");
        assert_local(PARIS, autumn.from_us, "2026-10-24T09:30");
        g_assert_cmpint(at(PARIS, "2026-10-25T09:30") - autumn.from_us, ==, 25 * HOUR_US);
        /* an hour before is an hour, whatever the wall shows */
        int64_t start = at(PARIS, "2026-03-29T03:30");
        g_assert_cmpint(reminder_hour(start).from_us, ==, start - HOUR_US);
        assert_local(PARIS, reminder_hour(start).from_us, "2026-03-29T01:30");
}

static void test_due(void)
{
        Moment hour = reminder_hour(at(PARIS, "2026-01-28T09:30"));
        int64_t long_ago = hour.from_us - 10 * DAY_US;
        g_assert_false(reminder_is_due(hour, long_ago, hour.from_us - 1));
        g_assert_true(reminder_is_due(hour, long_ago, hour.from_us));
        g_assert_true(reminder_is_due(hour, long_ago, hour.until_us - 1));
        g_assert_false(reminder_is_due(hour, long_ago, hour.until_us));
        g_assert_false(reminder_is_due(hour, hour.from_us, hour.from_us + 1));
        g_assert_false(reminder_is_due(hour, long_ago, hour.from_us + 400 * DAY_US));
        g_assert_false(reminder_is_due(hour, long_ago, hour.from_us - DAY_US));
}

static Question several(void)
{
        return (Question){ .id = 7, .kind = QUESTION_CHOICES, .label = (char *)"Repas", .help = (char *)"" };
}

static void test_choices(void)
{
        g_auto(GStrv) choices = choices_read("  Midi \n\n Soir\n");
        g_assert_cmpuint(g_strv_length(choices), ==, 2);
        g_assert_cmpstr(choices[0], ==, "Midi");
        g_assert_cmpstr(choices[1], ==, "Soir");
        Question question = several();
        question.choices = choices;
        g_assert_cmpint(question_weight(&question), >, 2);
        g_autofree char *text = answer_text(&question, "Midi\nSoir", lang_find("fr"));
        g_assert_cmpstr(text, ==, "Midi, Soir");
}

static void test_answers(void)
{
        g_auto(GStrv) choices = choices_read("Midi\nSoir");
        Question *question = g_new0(Question, 1);
        *question = (Question){ .id = 7,
                                .kind = QUESTION_CHOICES,
                                .label = g_strdup("Repas"),
                                .help = g_strdup(""),
                                .choices = g_strdupv(choices),
                                .required = true };
        g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)question_free);
        g_ptr_array_add(questions, question);
        g_autoptr(GArray) fields = g_array_new(FALSE, TRUE, sizeof(FormField));
        g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
        question_fields_add(fields, questions, kept);
        const FormField end = { 0 };
        g_array_append_val(fields, end);
        g_autoptr(Form) form = form_new_plain(lang_find("en"), (const FormField *)fields->data, true);
        g_autoptr(GPtrArray) none = question_answers_read(form, questions);
        g_assert_cmpstr(none->pdata[0], ==, "");
        g_assert_nonnull(form_error(form, "q7-0"));
        form_set(form, "q7-1", "1");
        g_autoptr(GPtrArray) one = question_answers_read(form, questions);
        g_assert_cmpstr(one->pdata[0], ==, "Soir");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/registration-timers/offers", test_offers);
        g_test_add_func("/registration-timers/confirmation", test_confirmation);
        g_test_add_func("/registration-timers/paths", test_paths);
        g_test_add_func("/registration-timers/day-before", test_day_reminder);
        g_test_add_func("/registration-timers/case25-clock-change", test_clock_change);
        g_test_add_func("/registration-timers/due", test_due);
        g_test_add_func("/registration-questions/choices", test_choices);
        g_test_add_func("/registration-questions/answers", test_answers);
        return g_test_run();
}
