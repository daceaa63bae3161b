/* What is wrong with this server, and what to do: one finding a thing. Changes nothing, may take some seconds
 * (network). May be included by app. */
#pragma once
#include "base/i18n.h"
#include "web/html.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL } DoctorLevel;

typedef struct {
        DoctorLevel level;
        char *what, *advice; /* advice NULL when it is well */
} Finding;

/* The server as it is configured. */
typedef struct {
        const char *folder, *origin;
        const char *relay, *mail_from; /* NULL: no mail leaves */
        const char *const *advertised; /* NULL: every local address */
        int media_port;                /* 0: a free one at each start */
        int tcp_port;                  /* of media; 0: a free one at each start, negative: none */
        const char *const *turn_urls;  /* NULL: none */
        const char *turn_user, *turn_password;
        const char *socket;   /* NULL: a port of loopback */
        int64_t backup_us;    /* of the last good backup; 0: never */
        const char *recorder; /* its program */
        int64_t now_us;
} DoctorSubject;

/* (transfer full) of Finding */
GArray *doctor_run(const DoctorSubject *subject, const Lang *lang);
/* "warn: what — what to do" (transfer full) */
char *finding_line(const Finding *finding);
DoctorLevel findings_worst(const GArray *findings);

/* The same as a page. */
typedef struct {
        const GArray *findings;
} DoctorPage;
void doctor_view(Html *h, const DoctorPage *v);
