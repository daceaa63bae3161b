/* The head of a whole text message from a server, which masks nothing (RFC 6455 5.2). Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define SOCKET_HEAD_MAX 10
/* Its size. */
size_t socket_frame_head(size_t length, uint8_t ret_head[SOCKET_HEAD_MAX]);
