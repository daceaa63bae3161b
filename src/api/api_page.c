/* Which part of a list was asked for. */
#include "api/api_private.h"

#include <string.h>

bool api_number(const char *text, int64_t max, int64_t usual, int64_t *ret_number)
{
        guint64 number = (guint64)usual;
        if (*text && !g_ascii_string_to_unsigned(text, 10, 1, (guint64)max, &number, NULL))
                return false;
        *ret_number = (int64_t)number;
        return true;
}

static int digits(const char *text, int count)
{
        int number = 0;
        for (int i = 0; i < count; i++) {
                if (!g_ascii_isdigit(text[i]))
                        return 0;
                number = number * 10 + text[i] - '0';
        }
        return number;
}

bool api_day_is_sound(const char *text)
{
        if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
                return false;
        int year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
        return year > 0 && month > 0 && day > 0 && g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static bool read_number(Request *req, const char *name, int64_t max, int64_t usual, int64_t *ret_number)
{
        if (api_number(request_query(req, name), max, usual, ret_number))
                return true;
        g_autofree char *sentence = g_strdup_printf(
                tr(request_lang(req), N_("The parameter “%s” is a whole number from 1 to %d.")), name, (int)max);
        respond_error(req, 400, sentence);
        return false;
}

bool api_page_read(Request *req, ApiPage *ret_page)
{
        *ret_page = (ApiPage){ 0 };
        if (!read_number(req, "page", PAGE_MAX, 1, &ret_page->page) ||
            !read_number(req, "per_page", PER_PAGE_MAX, PER_PAGE, &ret_page->per_page))
                return false;
        ret_page->offset = (ret_page->page - 1) * ret_page->per_page;
        return true;
}

char *api_next_url(const char *origin, const char *path, const ApiPage *page, const char *filters)
{
        if (page->offset + page->per_page >= page->total || page->page == PAGE_MAX)
                return NULL;
        return g_strdup_printf("%s%s?page=%d&per_page=%d%s", origin, path, (int)page->page + 1, (int)page->per_page,
                               filters);
}
