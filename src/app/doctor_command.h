/* `treteau doctor`: prints what it found. Returns 1 when something fails. */
#pragma once
#include "app/app.h"

/* lang: "fr"; NULL: as $LANG says. */
int doctor_command(const AppConfig *config, const char *lang);
