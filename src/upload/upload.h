/* Recordings made elsewhere: sent in pieces that go on where they stopped (tus 1.0.0), made into one of ours by a
 * confined child, shown as any other replay. May be included by law and what stands above. */
#pragma once
#include "web/request.h"

#include <jansson.h>

extern const Route upload_routes[];

/* The thread that takes what has arrived, one file after the other, at a low priority. What a stop or a crash cuts off
 * goes on at the next start. */
typedef struct UploadMaker UploadMaker;
UploadMaker *upload_maker_start(Store *store);
/* NULL is fine. */
void upload_maker_stop(UploadMaker *maker);
/* Of the application that serves the request; app/ has it. */
UploadMaker *upload_maker_of(const Request *req);

/* Daily: those that were not finished, and those refused, UPLOAD_DAYS after their last change. */
enum { UPLOAD_DAYS = 7 };
bool upload_expire(Db *db);
/* What an account brought; forgets that it did. */
json_t *upload_export(Db *db, int64_t account);
bool upload_erase(Db *db, int64_t account);
