/* `treteau doctor`: prints what it found, returns 1 when something fails; and the same as a page. */
#pragma once
#include "app/app.h"

/* lang: "fr"; NULL: as $LANG says. */
int doctor_command(const AppConfig *config, const char *lang);

extern const Route doctor_routes[];
