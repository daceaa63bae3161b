// What somebody on stage sends: which senders, of which layers and codecs. Only who speaks fetches it.

const START_KBPS = 800;
/** What each sender sends: its layers in rising size, the height of the largest at most (0: as it is), the bits of a second (0: by height). @type {Record<string, {rids: string[], height: number, bitrate: number}>} */
const SENT = {
  mic: { rids: [""], height: 0, bitrate: 28_000 },
  camera: { rids: ["q", "h", "f"], height: 720, bitrate: 0 },
  "camera-vp8": { rids: [""], height: 180, bitrate: 150_000 },
  screen: { rids: [""], height: 0, bitrate: 1_500_000 },
  "screen-vp8": { rids: [""], height: 540, bitrate: 400_000 },
};
/** A good picture of 180 lines has 150 kbit/s, of 360 500, of 720 1,700. @param {number} height */
const camera_bitrate = (height) => Math.round(150_000 * (height / 180) ** 1.75);
/** Of a small picture Chromium makes fewer layers, whatever it is asked for. @param {number} pixels */
const layers_of = (pixels) => (pixels >= 470_000 ? 3 : pixels >= 120_000 ? 2 : 1);

/** Pictures that others do without, so that a thin line can leave them out. @type {Record<string, string>} */
const TEMPORAL = { VP8: "L1T3", H264: "L1T2" };

/** @param {RTCPeerConnection} pc @param {string} name @param {import("./media.js").Sealing | null} sealing */
export function add_sender(pc, name, sealing) {
  const { rids, bitrate } = SENT[name], audio = name === "mic";
  const one = pc.addTransceiver(audio ? "audio" : "video", {
    direction: "sendonly",
    // the smallest layer begins at once; the server then says which are seen
    sendEncodings: rids.map((rid, i) => ({ maxBitrate: bitrate || camera_bitrate(180 << i), active: i === 0, ...(rid && { rid, scaleResolutionDownBy: 2 ** (rids.length - 1 - i) }) })),
  });
  sealing?.sender(one.sender, name);
  if (!audio) // of H.264 the server and the packetizer read more than can stay unencrypted
    prefer(one, sealing || name.endsWith("-vp8") ? ["vp8"] : ["h264", "vp8"]);
  return one.sender;
}

/** H.264 of the constrained baseline first, as every receiver has it; what only accompanies a codec (RTX) stays. @param {RTCRtpTransceiver} one @param {string[]} names */
function prefer(one, names) {
  const all = globalThis.RTCRtpSender?.getCapabilities?.("video")?.codecs ?? [], kind = (/** @type {{mimeType: string}} */ codec) => codec.mimeType.toLowerCase().slice(6);
  const fits = (/** @type {{mimeType: string, sdpFmtpLine?: string}} */ codec) => kind(codec) !== "h264"
    || (/packetization-mode=1/.test(codec.sdpFmtpLine ?? "") && /profile-level-id=42[ec]0/i.test(codec.sdpFmtpLine ?? ""));
  const main = names.flatMap((name) => all.filter((codec) => kind(codec) === name && fits(codec)));
  const extra = all.filter((codec) => kind(codec) === "rtx");
  if (main.length)
    one.setCodecPreferences?.([...main, ...extra]);
}

/** Brings a picture's layers to their size, rate and being sent at all. @param {import("./media.js").Outgoing} now @param {string} name @param {MediaStreamTrack | null} track @param {boolean} held the camera waits */
export async function shape(now, name, track, held) {
  const sender = now.senders.get(name), { rids, height, bitrate } = SENT[name], parameters = sender?.getParameters();
  if (!sender || !parameters?.encodings?.length || name === "mic")
    return;
  const { width: w = 1280, height: h = 720 } = track?.getSettings() ?? {}, short = Math.min(w, h);
  const scale = height ? Math.max(1, short / height) : 1, used = Math.min(rids.length, layers_of((w * h) / scale ** 2));
  // a screen is sent in any case: by its coming the server knows whose the room sees
  const bits = name.startsWith("camera") ? (held ? 0 : now.wanted[name] ?? 1) : 1, mode = now.plain.has(name) ? undefined : TEMPORAL[now.codecs.get(name) ?? ""];
  // what a browser may send is also how far it looks for what its line carries: the largest may have a megabit in any case
  const rate = (/** @type {number} */ lines, /** @type {boolean} */ largest) => bitrate || Math.max(camera_bitrate(lines), largest ? 1_000_000 : 0);
  let changed = false;
  for (const [i, encoding] of parameters.encodings.entries()) {
    const by = scale * 2 ** Math.max(0, used - 1 - i);
    const wish = {
      // the largest that there is stands in for those that are not
      active: i < used - 1 ? Boolean(bits & (1 << i)) : i === used - 1 && bits >> i !== 0,
      scaleResolutionDownBy: by, maxBitrate: rate(short / by, i === used - 1), ...(mode && { scalabilityMode: mode }),
    };
    changed ||= Object.entries(wish).some(([key, value]) => /** @type {any} */ (encoding)[key] !== value);
    Object.assign(encoding, wish);
  }
  if (!changed)
    return;
  await sender.setParameters(parameters).catch(() => {
    // an encoder that knows no temporal layers
    if (mode) {
      now.plain.add(name);
      return shape(now, name, track, held);
    }
  });
}

/**
 * An answer whose pictures may begin at START_KBPS. Chromium begins at 300 kbit/s, tries three times that and then waits for
 * ten seconds, in which a large picture stays a small one. A line that carries less shows it within the first second.
 * @param {string} sdp
 */
export function begin_higher(sdp) {
  return sdp.replace(/^(a=rtpmap:(\d+) (?:H264|VP8)\/90000\r\n)(?:a=fmtp:\2 (.*)\r\n)?/gm, (_, codec, type, format) =>
    `${codec}a=fmtp:${type} ${format ? format + ";" : ""}x-google-start-bitrate=${START_KBPS}\r\n`);
}
