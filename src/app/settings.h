/* The configuration file of a server (etc/treteau.conf is the sample): a GKeyFile, so that no password stands on a
 * command line, where everybody on the machine reads it. What the command line says goes before it. */
#pragma once
#include "sfu/sfu.h"

#include <glib.h>
#include <stdbool.h>

#define SETTINGS_FILE "/etc/treteau/treteau.conf"

typedef struct {
        char *folder, *origin, *socket, *mail_from;
        char *relay;          /* with user and password in it */
        char **advertised;    /* media addresses told to browsers; NULL: every local one */
        int media_port;       /* -1: not said */
        int tcp_port;         /* of media; 0: that of UDP, SFU_NO_TCP: none */
        char **turn_urls;     /* NULL: none */
        int places, watchers; /* of a room: live_set_places(); −1: not said */
        char *turn_secret;
        int transcode_percent; /* of one core, for pictures in VP8 that are recorded; -1: not said */
        char *transcribe;      /* a command: replays get a first transcript by it */
        char *backup_to, *backup_key_file;
        int backup_hours; /* 0: not said */
        bool behind_proxy;
} Settings;

/* Fills what the file says; the rest stays as settings_init() left it. An unknown group or key is an error, so that a
 * slip of the pen is not silently without effect; so is a password in a file that everybody may read. */
bool settings_read(Settings *settings, const char *path, GError **error);
void settings_init(Settings *settings);
void settings_clear(Settings *settings);
/* Whether browsers elsewhere use this address: anything but this machine itself. */
bool origin_is_public(const char *origin);
/* "https://host" or "http://host:port", nothing after it. */
bool origin_is_sound(const char *origin);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Settings, settings_clear)
