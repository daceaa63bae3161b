#include "registration/setting.h"

#include "base/time.h"

void setting_free(Setting *setting)
{
        if (!setting)
                return;
        g_free(setting->path[0].text);
        g_free(setting->path[1].text);
        g_free(setting);
}

Setting *setting_read(Db *db, int64_t event)
{
        Setting *setting = g_new0(Setting, 1);
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT onsite_places, offer_hours, coalesce(cancelled_us, 0), remote_text, "
                                        "remote_opens_us, remote_closes_us, onsite_text, onsite_opens_us, "
                                        "onsite_closes_us FROM registration_setting WHERE event_id = $1",
                                        "i", event);
        bool found = stmt_next(stmt);
        setting->onsite_places = found ? stmt_int(stmt, 0) : 0;
        setting->offer_hours = found ? stmt_int(stmt, 1) : OFFER_HOURS;
        setting->cancelled_us = found ? stmt_int(stmt, 2) : 0;
        for (int i = 0; i < 2; i++)
                setting->path[i] = (PathSetting){ .text = g_strdup(found ? stmt_text(stmt, 3 + 3 * i) : ""),
                                                  .opens_us = found ? stmt_int(stmt, 4 + 3 * i) : 0,
                                                  .closes_us = found ? stmt_int(stmt, 5 + 3 * i) : 0 };
        return setting;
}

bool setting_keep(Db *db, int64_t event, const Setting *setting)
{
        const PathSetting *remote = &setting->path[0], *onsite = &setting->path[1];
        return db_run(db,
                      "INSERT INTO registration_setting(event_id, onsite_places, offer_hours, remote_text, "
                      "remote_opens_us, remote_closes_us, onsite_text, onsite_opens_us, onsite_closes_us) "
                      "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT(event_id) DO UPDATE SET "
                      "onsite_places = excluded.onsite_places, offer_hours = excluded.offer_hours, "
                      "remote_text = excluded.remote_text, remote_opens_us = excluded.remote_opens_us, "
                      "remote_closes_us = excluded.remote_closes_us, onsite_text = excluded.onsite_text, "
                      "onsite_opens_us = excluded.onsite_opens_us, onsite_closes_us = excluded.onsite_closes_us",
                      "iiitiitii", event, setting->onsite_places, setting->offer_hours, remote->text, remote->opens_us,
                      remote->closes_us, onsite->text, onsite->opens_us, onsite->closes_us);
}

bool setting_cancel_event(Db *db, int64_t event)
{
        return db_run(db,
                      "INSERT INTO registration_setting(event_id, cancelled_us) VALUES($1, $2) ON CONFLICT(event_id) "
                      "DO UPDATE SET cancelled_us = coalesce(registration_setting.cancelled_us, excluded.cancelled_us)",
                      "ii", event, now_us());
}
