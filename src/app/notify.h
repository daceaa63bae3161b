/* Tells systemd what the service does (sd_notify(3)): one datagram to $NOTIFY_SOCKET, nothing when there is none. */
#pragma once

/* "READY=1", "STOPPING=1" */
void notify_manager(const char *state);
