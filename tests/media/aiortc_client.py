#!/usr/bin/python3
"""A WHIP or WHEP client by aiortc: aiortc_client.py send|play URL [KEY] [vp8|h264].

Says what happens in JSON lines: {"answer": …} after the answer, {"state": …}, and of a player {"frames": n, "width": …,
"sounds": n} as they are decoded. Ends, and deletes its session, when its input is closed."""
import asyncio
import json
import sys
import urllib.request

import av
import numpy
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack


def say(**what):
    print(json.dumps(what), flush=True)


class Bars(VideoStreamTrack):
    """320 × 240, a bar that moves, so that every picture differs."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        picture = numpy.full((240, 320, 3), 40, dtype=numpy.uint8)
        at = pts // 3000 * 4 % 300
        picture[:, at:at + 20] = (250, 200, 20)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


def request(method, url, key, body=None, kind=None):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if kind:
        headers["Content-Type"] = kind
    call = urllib.request.Request(url, data=body, method=method, headers=headers)
    with urllib.request.urlopen(call, timeout=10) as answer:
        return answer.status, dict(answer.headers), answer.read().decode()


def prefer(pc, name):
    for line in pc.getTransceivers():
        if line.kind == "video":
            codecs = RTCRtpSender.getCapabilities("video").codecs
            line.setCodecPreferences([codec for codec in codecs if codec.mimeType.lower() == f"video/{name}"])


async def count(track, seen):
    try:
        while True:
            frame = await track.recv()
            if track.kind == "audio":
                seen["sounds"] += 1
                continue
            seen["frames"] += 1
            if seen["frames"] % 10 == 0:
                say(width=frame.width, height=frame.height, **seen)
    except MediaStreamError:
        pass


async def main():
    what, url, key = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    pc, seen, jobs = RTCPeerConnection(), {"frames": 0, "sounds": 0}, []
    pc.on("connectionstatechange", lambda: say(state=pc.connectionState))
    pc.on("track", lambda track: jobs.append(asyncio.ensure_future(count(track, seen))))
    if what == "send":
        pc.addTrack(AudioStreamTrack())
        pc.addTrack(Bars())
    else:
        pc.addTransceiver("audio", direction="recvonly")
        pc.addTransceiver("video", direction="recvonly")
    if len(sys.argv) > 4:
        prefer(pc, sys.argv[4])
    await pc.setLocalDescription(await pc.createOffer())
    status, headers, answer = request("POST", url, key, pc.localDescription.sdp.encode(), "application/sdp")
    say(answer=status, location=headers.get("Location"), etag=headers.get("ETag"))
    await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    say(deleted=request("DELETE", headers["Location"], key)[0])
    await pc.close()


asyncio.run(main())
