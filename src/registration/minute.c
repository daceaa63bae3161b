#include "registration/registration.h"

void registration_minute(Store *store, const char *origin)
{
}
