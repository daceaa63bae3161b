/* The long work that this server does: the one table of it. Only app/ includes this. */
#pragma once
#include "app/app.h"

JobRunner *job_kinds_start(App *app);
/* Asks for work of the server, in its own name. */
void job_ask(Store *store, JobRunner *runner, const char *kind);
/* Asks for a backup when the last one is older than the plan says. */
void backup_when_due(Store *store, JobRunner *runner, const BackupPlan *plan);
