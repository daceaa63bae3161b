/* The WebSocket handshake (RFC 6455 4.2) and the hand-over to the socket loop. For web/ alone. */
#pragma once
#include "web/request_private.h"

bool upgrade_asked(const Request *req);
enum MHD_Result upgrade_send(Request *req);
