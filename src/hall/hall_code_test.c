#include "hall/hall_private.h"

#include <stdio.h>
#include <string.h>

/* The modules of a path, a character each; what it draws outside of the square fails. */
static char *drawn(const char *path, int size)
{
        char *modules = g_strnfill((gsize)(size * size), '.');
        while (*path) {
                int x, y, width, back, length;
                g_assert_cmpint(sscanf(path, "M%d %dh%dv1h-%dz%n", &x, &y, &width, &back, &length), ==, 4);
                g_assert_cmpint(width, ==, back);
                g_assert_true(x >= 0 && y >= 0 && width > 0 && x + width <= size && y < size);
                memset(modules + y * size + x, '#', (size_t)width);
                path += length;
        }
        return modules;
}

/* Of three corners, by which a camera finds it: a frame of 7, a gap, a box of 3. */
static void check_corner(const char *modules, int size, int x, int y)
{
        static const char *const rows[] = {
                "#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"
        };
        for (int i = 0; i < 7; i++)
                g_assert_cmpint(strncmp(modules + (y + i) * size + x, rows[i], 7), ==, 0);
}

static void test_is_a_code(void)
{
        int size;
        g_autofree char *path = hall_code("https://conference.example.org/nec/live/scene/hall/", &size);
        g_assert_cmpint(size, ==, 33); /* version 4: 51 bytes with a seventh that may be lost */
        g_autofree char *modules = drawn(path, size);
        check_corner(modules, size, 0, 0);
        check_corner(modules, size, size - 7, 0);
        check_corner(modules, size, 0, size - 7);
        for (int i = 8; i < size - 8; i++) { /* the two lines that a reader counts by */
                g_assert_cmpint(modules[6 * size + i], ==, i % 2 ? '.' : '#');
                g_assert_cmpint(modules[i * size + 6], ==, i % 2 ? '.' : '#');
        }
}

static void test_says_another_for_another_address(void)
{
        int size;
        g_autofree char *one = hall_code("https://example.org/a/", &size),
                        *other = hall_code("https://example.org/b/", &size);
        g_assert_cmpstr(one, !=, other);
}

static void test_is_none_when_too_long(void)
{
        int size;
        g_autofree char *text = g_strnfill(4000, 'x'), *path = hall_code(text, &size);
        g_assert_null(path);
        g_assert_cmpint(size, ==, 0);
}

int main(int argc, char *argv[])
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/hall/code/is-a-code", test_is_a_code);
        g_test_add_func("/hall/code/another-for-another-address", test_says_another_for_another_address);
        g_test_add_func("/hall/code/none-when-too-long", test_is_none_when_too_long);
        return g_test_run();
}
