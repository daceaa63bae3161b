/* The list of the features' tables: the one place that knows them all. */
#include "app/app.h"

const Route *const app_routes[] = {
        NULL,
};
