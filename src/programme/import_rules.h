/* The pure half of an import. Private to programme/. */
#pragma once
#include "programme/import.h"

/* Compares import->programme with what the event has: fills in ids and codes, changes, words and counts. */
void import_judge(Import *import, const Programme *event);
