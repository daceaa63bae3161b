/* What the views of conference/ show. Private to conference/. */
#pragma once
#include "conference/conference_private.h"
#include "conference/listing.h"
#include "picture/picture.h"

typedef struct {
        const char *slug; /* NULL for an event that is not there yet */
        const Form *form;
        bool saved, owner; /* owner: may delete it */
} EventFormPage;
void event_form_view(Html *h, const EventFormPage *v);

typedef struct {
        const Event *event;
        const Form *form;
        const char *prefix; /* of addresses here: "https://conference.example.org/" */
        bool saved;
} EventAddressPage;
void event_address_view(Html *h, const EventAddressPage *v);

typedef struct {
        const Form *form;
        bool saved;
        const char *lead, *description; /* lead NULL: no preview */
} TextsPage;
void texts_view(Html *h, const TextsPage *v);

typedef struct {
        const Event *event;
        const Form *form;
        const Picture *logo; /* NULL */
        const char *offer;   /* a colour that can be read; NULL */
        bool saved;
} LookPage;
void look_view(Html *h, const LookPage *v);

typedef struct {
        const EventList *listing;
        const Event *event;
        const Form *form;
        const char *done; /* "added", "saved", "removed", "moved", "" */
} ListPage;
void listing_view(Html *h, const EventList *v);
void done_view(Html *h, const char *done);
void rooms_view(Html *h, const ListPage *v);
void tracks_view(Html *h, const ListPage *v);
void partners_view(Html *h, const ListPage *v);

typedef struct {
        const Event *event;
        const EventRoom *room;
        const Form *form;
        int64_t talks;
        const char *fault; /* why it stays; NULL */
} RoomEditPage;
void room_edit_view(Html *h, const RoomEditPage *v);

typedef struct {
        const Event *event;
        const EventTrack *track;
        const Form *form;
        const char *fault;
} TrackEditPage;
void track_edit_view(Html *h, const TrackEditPage *v);

typedef struct {
        const Form *form;
        const char *const *others; /* names of the fields of other languages */
        guint other_count;
        bool saved;
} KindsPage;
void kinds_view(Html *h, const KindsPage *v);

typedef struct {
        const Event *event;
        const Partner *partner;
        const Form *form;
} PartnerEditPage;
void partner_edit_view(Html *h, const PartnerEditPage *v);

typedef struct {
        const Event *event;
        const GArray *gaps; /* of EventGap */
} PublishPage;
void publish_view(Html *h, const PublishPage *v);

typedef struct {
        const Event *event;
        const Form *form;
} DeletePage;
void delete_view(Html *h, const DeletePage *v);
