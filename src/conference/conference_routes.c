#include "conference/conference_private.h"
#include "picture/picture.h"

Event *conference_of_request(Request *req, Db *db)
{
        Event *event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        return event;
}

bool conference_end_turn(Request *req, Db *db, bool keep)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(GError) failed = db_failed(db) ? g_error_copy(db_failed(db)) : NULL;
        bool ended = store_write_end(request_store(req), db, keep, &error);
        if (ended && !failed)
                return true;
        respond_store_error(req, failed ? failed : error);
        return false;
}

void conference_picture_lost(Request *req)
{
        respond_error(req, 507,
                      tr(request_lang(req), "The picture could not be kept: the server’s disk may be full. Try again "
                                            "later."));
}

const Route conference_routes[] = {
        { GET, "/:event/organise/event/", edit_event, RIGHT_ORGANISER, 0, "Name, days and zone of an event",
          .menu = N_("Name, days, place"), .menu_text = N_("What the poster says first.") },
        { POST, "/:event/organise/event/", save_event, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES, "Change an event" },
        { GET, "/:event/organise/texts/", edit_texts, RIGHT_ORGANISER, 0, "Texts of an event", .menu = N_("Texts"),
          .menu_text = N_("What it is about, with a preview.") },
        { POST, "/:event/organise/texts/", save_texts, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Change or preview the texts of an event" },
        { GET, "/:event/organise/look/", edit_look, RIGHT_ORGANISER, 0, "Colours and logo of an event",
          .menu = N_("Colours and logo"), .menu_text = N_("A colour of your own, checked for reading.") },
        { POST_ALONE, "/:event/organise/look/", save_look, RIGHT_ORGANISER, PICTURE_UPLOAD_BYTES,
          "Change the colours and the logo of an event" },
        { GET, "/:event/organise/rooms/", show_rooms_list, RIGHT_ORGANISER, 0, "Rooms of an event", .menu = N_("Rooms"),
          .menu_text = N_("Stages, workshops, places on site, in their order.") },
        { POST, "/:event/organise/rooms/", act_on_rooms, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Add a room, or change the order" },
        { GET, "/:event/organise/rooms/:room/", edit_room, RIGHT_ORGANISER, 0, "A room of an event" },
        { POST, "/:event/organise/rooms/:room/", save_room, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Change or remove a room" },
        { GET, "/:event/organise/tracks/", show_tracks_list, RIGHT_ORGANISER, 0, "Tracks of an event",
          .menu = N_("Tracks"), .menu_text = N_("Threads through the programme, with their colours.") },
        { POST, "/:event/organise/tracks/", act_on_tracks, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Add a track, or change the order" },
        { GET, "/:event/organise/tracks/:track/", edit_track, RIGHT_ORGANISER, 0, "A track of an event" },
        { POST, "/:event/organise/tracks/:track/", save_track, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Change or remove a track" },
        { GET, "/:event/organise/kinds/", edit_kinds, RIGHT_ORGANISER, 0, "Kinds of sessions of an event",
          .menu = N_("Kinds of sessions"), .menu_text = N_("Plenary, workshop … and words of your own.") },
        { POST, "/:event/organise/kinds/", save_kinds, RIGHT_ORGANISER, CONFERENCE_FORM_BYTES,
          "Change the kinds of sessions" },
        { GET, "/:event/organise/partners/", show_partners, RIGHT_ORGANISER, 0, "Partners and funders of an event",
          .menu = N_("Partners and funders"), .menu_text = N_("Who carries the event, with logo and link.") },
        { POST_ALONE, "/:event/organise/partners/", act_on_partners, RIGHT_ORGANISER, PICTURE_UPLOAD_BYTES,
          "Add a partner, or change the order" },
        { GET, "/:event/organise/partners/:partner/", edit_partner, RIGHT_ORGANISER, 0, "A partner of an event" },
        { POST_ALONE, "/:event/organise/partners/:partner/", save_partner, RIGHT_ORGANISER, PICTURE_UPLOAD_BYTES,
          "Change or remove a partner" },
        { GET, "/:event/organise/publish/", show_publish, RIGHT_ORGANISER, 0, "Publish an event, or take it back",
          .menu = N_("Publish or take back"), .menu_text = N_("And what is still missing.") },
        { POST, "/:event/organise/publish/", publish_event, RIGHT_ORGANISER, 4096,
          "Publish an event, or take it back" },
        { GET, "/:event/organise/address/", edit_address, RIGHT_EVENT_OWNER, 0, "The address of an event",
          .menu = N_("Address of the event"), .menu_text = N_("Another one; the old one leads there.") },
        { POST, "/:event/organise/address/", save_address, RIGHT_EVENT_OWNER, CONFERENCE_FORM_BYTES,
          "Change the address of an event" },
        { GET, "/:event/organise/delete/", show_delete, RIGHT_EVENT_OWNER, 0, "Removing an event",
          .menu = N_("Remove the event"), .menu_text = N_("It goes for good, with all that belongs to it.") },
        { POST_ALONE, "/:event/organise/delete/", delete_event, RIGHT_EVENT_OWNER, 4096, "Remove an event for good" },
        { GET, "/:event/theme.css", send_theme, RIGHT_PUBLIC, 0, "The colours of an event" },
        { GET, "/admin/events/new/", show_new_event, RIGHT_OWNER, 0, "A new event", N_("New event"), "" },
        { POST, "/admin/events/new/", create_event, RIGHT_OWNER, CONFERENCE_FORM_BYTES, "Create an event" },
        { 0 },
};
