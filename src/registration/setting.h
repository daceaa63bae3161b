/* What organisers say of the two paths. Private to registration/. */
#pragma once
#include "registration/place_rules.h"
#include "registration/registration_store.h"

#define PATH_TEXT_CHARACTERS_MAX 1000

typedef struct {
        char *text; /* plain, "" for none */
        int64_t opens_us, closes_us;
} PathSetting;
typedef struct {
        PathSetting path[2]; /* by onsite */
        int64_t onsite_places, offer_hours, cancelled_us;
} Setting;
void setting_free(Setting *setting);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Setting, setting_free)
/* Never NULL: what holds where nothing was said. */
Setting *setting_read(Db *db, int64_t event);
bool setting_keep(Db *db, int64_t event, const Setting *setting);
bool setting_cancel_event(Db *db, int64_t event);
