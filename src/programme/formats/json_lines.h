/* Where the objects of a JSON text stand: jansson tells no lines. Private to programme/formats/. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* Reads the text alone: lines of "{" in their order; stops where it is nested deeper than depth_max. */
GArray *json_lines_scan(const char *text, size_t size, int depth_max, int *ret_deep_line);
/* The line of each object; root was read from that text, without members twice, so that both have the same order. */
GHashTable *json_lines_of(json_t *root, const GArray *lines);
int json_line(GHashTable *lines, const json_t *object); /* 0 when it is none of them */
