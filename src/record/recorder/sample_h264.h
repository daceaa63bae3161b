/* For tests: access units whose heads are real (from x264) and whose slices are not; nothing here is decoded. */
#pragma once

#include <glib.h>
#include <string.h>

/* 320 x 180, constrained baseline. */
static const uint8_t small_key[] = {
        0, 0, 0,    1,    0x67, 0x42, 0xc0, 0x0c, 0xdc, 0x14, 0x19, 0xf9, 0xf0, 0x11, 0,
        0, 3, 0,    1,    0,    0,    3,    0,    0x32, 0x0f, 0x14, 0x2b, 0x80, 0,    0,
        0, 1, 0x68, 0xce, 0x0f, 0x2c, 0x80, 0,    0,    1,    0x65, 0x88, 0x84, 0x11, 0x22
};
/* 1280 x 720, high profile; begins with a delimiter. */
static const uint8_t large_key[] = { 0,    0,    0,    1,    9,    0x10, 0,    0,    0,    1,    0x67, 0x64,
                                     0x10, 0x1f, 0xac, 0xb8, 0x0a, 0,    0xb7, 0x60, 0x22, 0,    0,    3,
                                     0,    2,    0,    0,    3,    0,    0x64, 0x08, 0,    0,    0,    1,
                                     0x68, 0xee, 0x0f, 0x2c, 0x8b, 0,    0,    1,    0x65, 0x88, 0x84, 0x33 };
static const uint8_t delta[] = { 0, 0, 0, 1, 0x41, 0x9a, 0x01, 0x02 };
