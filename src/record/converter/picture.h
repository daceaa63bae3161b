/* The picture's way into pieces: as it is, or made anew as H.264, 1080 lines and 30 pictures a second at most. */
#pragma once

#include "record/converter/pieces.h"
#include "record/converter/source.h"

typedef struct Picture Picture;
/* What is shown before from_us is left out. NULL: it cannot be decoded here. */
Picture *picture_new(const Source *source, bool anew, int64_t from_us, Pieces *pieces);
void picture_free(Picture *picture);
/* packet NULL: the end. */
PieceEnd picture_packet(Picture *picture, AVPacket *packet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)
