/* The demo: the sample event, moved so that one session is live now, with two sample speakers on its stage. */
#pragma once
#include "app/app.h"

typedef struct Demo Demo;

/* Makes the sample event when the data folder has none; moves it when no session of its stage is live; starts the
 * sample speakers. NULL with an error when the event cannot be made; without speakers when their program is absent. */
Demo *demo_start(App *app, GError **error);
/* Ends the sample speakers. */
void demo_stop(Demo *demo);
/* The organiser's one-time link. (transfer full) */
char *demo_link(App *app, GError **error);
