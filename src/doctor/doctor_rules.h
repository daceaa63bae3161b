/* Pure: a fact becomes a finding. */
#pragma once
#include "doctor/doctor.h"

typedef struct {
        bool exists, is_folder, writable;
        uint64_t free_bytes, total_bytes, free_inodes, total_inodes;
} DiskFacts;

typedef struct {
        bool reached;     /* an answer came, whatever it was */
        bool trusted;     /* its certificate is good for this name */
        long status;      /* of /healthz */
        int64_t until_us; /* the certificate's end, 0: none */
        int64_t date_us;  /* its Date, 0: none */
        const char *reason;
} OriginFacts;

typedef enum {
        TURN_TAKEN,
        TURN_UNREACHED,
        TURN_REFUSED, /* it does not know our passwords */
        TURN_FULL,
        TURN_STRANGE, /* an address or an answer that cannot be used */
} TurnFault;

void rule_disk(GArray *findings, const Lang *lang, const char *folder, const DiskFacts *facts);
/* fault: what the store's own check says, NULL when it is whole; newer: a newer program has written it. */
void rule_store(GArray *findings, const Lang *lang, bool there, const char *fault, bool newer);
void rule_key(GArray *findings, const Lang *lang, bool there, unsigned mode);
/* reason: NULL when the relay took a command. */
void rule_mail(GArray *findings, const Lang *lang, const char *relay, bool sender_is_sound, const char *reason);
void rule_origin(GArray *findings, const Lang *lang, const char *origin, const OriginFacts *facts, int64_t now_us);
/* taken: somebody holds the UDP port, which should be the server. */
void rule_media_port(GArray *findings, const Lang *lang, int port, bool taken, bool allowed);
void rule_tcp_port(GArray *findings, const Lang *lang, int port, bool taken);
void rule_advertised(GArray *findings, const Lang *lang, const char *address, bool local, int port);
void rule_no_public_address(GArray *findings, const Lang *lang);
/* reason: of TURN_UNREACHED */
void rule_turn(GArray *findings, const Lang *lang, const char *url, TurnFault fault, const char *reason);
void rule_clock(GArray *findings, const Lang *lang, bool kept, int64_t origin_skew_us);
void rule_backup(GArray *findings, const Lang *lang, int64_t backup_us, int64_t now_us);
void rule_files(GArray *findings, const Lang *lang, uint64_t most);
/* What a socket may ask for; 0: this machine does not say. */
void rule_buffers(GArray *findings, const Lang *lang, uint64_t receive_most, uint64_t send_most);
void rule_program(GArray *findings, const Lang *lang, const char *name, bool there, const char *advice);
void rule_socket(GArray *findings, const Lang *lang, const char *path, bool answers);
