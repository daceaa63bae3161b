#!/usr/bin/python3
"""A WHIP or WHEP client by GStreamer's webrtcbin: gstreamer_client.py send|play URL [KEY] [vp8|h264|b-frames].

Says what happens in JSON lines, as aiortc_client.py does. Ends, and deletes its session, when its input is closed."""
import json
import sys
import threading
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

SOUND = "audiotestsrc is-live=true wave=ticks ! audioconvert ! audioresample ! opusenc ! rtpopuspay pt=111 ! " \
        "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000 ! w."
PICTURE = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1 ! videoconvert ! {} ! w."
H264 = "x264enc {} key-int-max=25 bitrate=500 ! video/x-h264,profile={} ! rtph264pay pt=102 config-interval=-1 " \
       "aggregate-mode=zero-latency ! application/x-rtp,media=video,encoding-name=H264,payload=102,clock-rate=90000"
CODECS = {
    "h264": H264.format("tune=zerolatency", "constrained-baseline"),
    "b-frames": H264.format("bframes=2 b-adapt=false", "main"),
    "vp8": "vp8enc deadline=1 keyframe-max-dist=25 ! rtpvp8pay pt=96 ! "
           "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000",
}
RECEIVED = {
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000",
    "video": "application/x-rtp,media=video,encoding-name=H264,payload=102,clock-rate=90000,"
             "packetization-mode=(string)1,profile-level-id=(string)42e01f",
}


def say(**what):
    print(json.dumps(what), flush=True)


class Client:
    def __init__(self, what, url, key, codec):
        self.what, self.url, self.key = what, url, key
        self.seen = {"frames": 0, "sounds": 0}
        self.location = None
        self.loop = GLib.MainLoop()
        if what == "send":
            self.pipe = Gst.parse_launch("webrtcbin name=w bundle-policy=max-bundle "
                                         + PICTURE.format(CODECS[codec or "h264"]) + " " + SOUND)
            self.rtc = self.pipe.get_by_name("w")
        else:
            self.pipe, self.rtc = Gst.Pipeline(), Gst.ElementFactory.make("webrtcbin", "w")
            self.rtc.set_property("bundle-policy", "max-bundle")
            self.pipe.add(self.rtc)
        self.rtc.connect("on-negotiation-needed", self.offer)
        self.rtc.connect("notify::ice-gathering-state", self.gathered)
        self.rtc.connect("notify::connection-state", lambda *_: say(state=self.rtc.get_property("connection-state").value_nick))
        self.rtc.connect("pad-added", self.on_pad)
        if what == "play":
            for kind in ("audio", "video"):
                self.rtc.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(RECEIVED[kind]))

    def offer(self, _rtc):
        def made(promise):
            reply = promise.get_reply()  # the offer lives as long as it
            self.rtc.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())
        self.rtc.emit("create-offer", None, Gst.Promise.new_with_change_func(made))

    def gathered(self, *_):
        if self.rtc.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE or self.location:
            return
        text = self.rtc.get_property("local-description").sdp.as_text()
        if self.what == "send":  # webrtcbin offers both ways where nobody says otherwise
            text = text.replace("a=sendrecv", "a=sendonly")
        status, headers, answer = self.request("POST", self.url, text.encode(), "application/sdp")
        say(answer=status, location=headers.get("Location"), etag=headers.get("ETag"))
        self.location = headers["Location"]
        _, sdp = GstSdp.SDPMessage.new_from_text(answer)
        described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.rtc.emit("set-remote-description", described, Gst.Promise.new())

    def request(self, method, url, body=None, kind=None):
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        if kind:
            headers["Content-Type"] = kind
        call = urllib.request.Request(url, data=body, method=method, headers=headers)
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()

    def on_pad(self, _rtc, pad):
        if pad.direction != Gst.PadDirection.SRC:
            return
        sound = pad.get_current_caps().get_structure(0).get_string("media") == "audio"
        decoder = "rtpopusdepay ! opusdec" if sound else "rtph264depay ! h264parse ! avdec_h264"
        chain = Gst.parse_bin_from_description(f"queue ! {decoder} ! fakesink name=end signal-handoffs=true sync=false async=false", True)
        chain.get_by_name("end").connect("handoff", self.on_decoded, "sounds" if sound else "frames")
        self.pipe.add(chain)
        chain.sync_state_with_parent()
        pad.link(chain.get_static_pad("sink"))

    def on_decoded(self, _sink, _buffer, _pad, kind):
        self.seen[kind] += 1
        if self.seen[kind] % 10 == 0:
            say(**self.seen)

    def on_input_closed(self):
        sys.stdin.read()
        GLib.idle_add(self.loop.quit)

    def run(self):
        self.pipe.set_state(Gst.State.PLAYING)
        threading.Thread(target=self.on_input_closed, daemon=True).start()
        self.loop.run()
        if self.location:
            say(deleted=self.request("DELETE", self.location)[0])
        self.pipe.set_state(Gst.State.NULL)


Gst.init(None)
Client(sys.argv[1], sys.argv[2], *(sys.argv[3:5] + ["", ""])[:2]).run()
