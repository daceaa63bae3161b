/* The list of the features' tables: the one place that knows them all. */
#include "api/api.h"
#include "app/app.h"
#include "app/doctor_command.h"
#include "app/status.h"
#include "captions/captions.h"
#include "conference/conference.h"
#include "discuss/discuss.h"
#include "capture/capture.h"
#include "floor/floor.h"
#include "greenroom/greenroom.h"
#include "hall/hall.h"
#include "interpret/interpret.h"
#include "job/job.h"
#include "law/law.h"
#include "live/live.h"
#include "mail/mail.h"
#include "manager/manager.h"
#include "news/news.h"
#include "notes/notes.h"
#include "people/people.h"
#include "picture/picture.h"
#include "programme/programme.h"
#include "registration/registration.h"
#include "replay/replay.h"
#include "seal/seal.h"
#include "slides/slides.h"
#include "stats/stats.h"
#include "upload/upload.h"
#include "web/static.h"
#include "whip/whip.h"
#include "workshop/workshop.h"

void (*const people_link_followers[])(Request *req, Db *db, int64_t account, int64_t event) = {
        registration_link_used,
        NULL,
};

/* What the programme asks of a feature above it. */
bool (*const programme_replay_withheld)(Db *db, int64_t talk) = live_replay_withheld;
bool (*const programme_has_slides)(Db *db, int64_t talk) = slides_are_shared;

/* What features above it add to the room, in the order of their places in it. */
const LiveFeature *const live_features[] = { &captions_feature,  &capture_feature, &discuss_feature, &floor_feature,
                                             &workshop_feature,  &notes_feature,   &hall_feature,    &manager_feature,
                                             &interpret_feature, &slides_feature,  &seal_feature,    NULL };

const Route *const app_routes[] = {
        static_routes,
        status_routes,
        doctor_routes,
        picture_routes,
        job_routes,
        mail_routes,
        people_routes,
        conference_routes,
        news_routes,
        programme_routes,
        session_routes,
        speaker_routes,
        programme_export_routes,
        sitemap_routes,
        registration_routes,
        live_routes,
        live_hall_routes,
        captions_routes,
        capture_routes,
        discuss_routes,
        manager_routes,
        interpret_routes,
        replay_routes,
        slides_routes,
        upload_routes,
        replay_page_routes,
        replay_transcript_routes,
        replay_share_routes,
        replay_cut_routes,
        replay_room_routes,
        greenroom_routes,
        notes_routes,
        notes_history_routes,
        whip_routes,
        hall_routes,
        law_routes,
        stats_routes,
        api_routes,
        NULL,
};
