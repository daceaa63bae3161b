// The room: ties the messages, the media and the views together. One page, one Meeting; README.md has the messages.

import { render } from "preact";
import { Announcer } from "./announce.js";
import { stay_lit } from "./awake.js";
import { Devices } from "./devices.js";
import { apply_parts, features, hear } from "./features.js";
import { deed_of } from "./keys.js";
import { missing } from "./later.js";
import { receives_h264, sealing, Speaking, Watching } from "./media.js";
import { page } from "./page.js";
import { Pictures } from "./pictures.js";
import { asks_to_watch, placed } from "./placed.js";
import { Preferences } from "./preferences.js";
import { RoomSocket } from "./socket.js";
import { ShownSizes } from "./shown.js";
import { Sound } from "./sound.js";
import { apply, cast, emptyRoom, myself } from "./state.js";
import { door_text, tell_comings, tell_hands, tell_newcomers } from "./told.js";
import { setWords, t } from "./words.js";

const THIN_KBIT_S = 150; // up: a voice with its headers is 50, the smallest picture 30 and what it is sent again

/** @typedef {import("./devices.js").Kind} Kind */
/** @typedef {{kind: "enter" | "settings" | "keys" | "end"} | {kind: "person" | "remove", who: number} | null} Shown */
/** @typedef {ReturnType<Meeting["view"]>} View */

/** What survives a reload of this tab. @typedef {{key: string | null, name: string, part: number, watch: boolean, stage: null | {mic: boolean, camera: boolean}, chosen: {mic: string, camera: string}}} Kept */

class Meeting {
  room = emptyRoom();
  link = "new";
  /** one of the panel's, or a feature's name */ tab = "chat";
  unread = 0;
  /** @type {import("./state.js").Line | null} what one is answering in the discussion */ reply = null;
  problem = "";
  /** the last problem that an open microphone ends */ #silent = "";
  mic_on = false;
  opened_us = Date.now() * 1000;
  preferences = new Preferences();
  pictures = new Pictures(this.preferences.chosen.pictures);
  /** @type {Shown} */ dialog = null;
  #drawing = false;
  /** @type {{mic: boolean, camera: boolean} | null} agreed to be on stage with these */ #agreed = null;
  /** whether the room knows that the screen is ours */ #screen_asked = false;
  /** whether the microphone was ever off on stage */ #listened = false;

  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    const { socket = "", zone, leave = "/" } = place.dataset;
    this.leave_url = leave;
    this.title = place.dataset.title ?? "";
    /** The camera and mixer of a hall: its people hear the room by their screen. */
    this.seat = place.dataset.seat !== undefined;
    this.store = "treteau " + socket;
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", timeZone: zone || undefined });
    this.clock = (/** @type {number} */ us) => time.format(us / 1000);
    /** @type {Kept} */
    this.kept = { key: null, name: "", part: 0, watch: false, stage: null, chosen: { mic: "", camera: "" }, ...JSON.parse(sessionStorage.getItem(this.store) ?? "{}") };
    if (asks_to_watch())
      this.keep({ watch: true });
    this.devices = new Devices((kind) => this.#device(kind), (kind) => this.#device_gone(kind));
    this.devices.chosen = this.kept.chosen;
    this.devices.mixer = this.seat;
    this.announcer = new Announcer(/** @type {HTMLElement} */ (document.getElementById("announcer")), () => this.preferences.chosen.announce);
    this.sound = new Sound(/** @type {HTMLElement} */ (document.getElementById("sound")), () => this.draw());
    this.address = new URL(socket, location.href).href.replace(/^http/, "ws");
    this.socket = new RoomSocket(this.#address_of(this.kept.part), {
      opened: () => this.#join(), message: (m) => this.#message(m), lost: () => this.#lost(), lives: (since_ms) => this.watching.came_ms >= since_ms,
      moved: () => {
        this.watching.moved();
        this.speaking.moved();
        for (const feature of features)
          feature.moved?.();
      },
    });
    const send = (/** @type {object} */ message) => this.socket.send(message);
    this.watching = new Watching(send, () => this.#media());
    this.watching.expecting = () => cast(this.room).some((p) => p.id !== this.room.me?.id && !p.away && (p.mic || p.camera || p.screen));
    this.watching.second = (second) => this.#follow_line(() => this.pictures.second(second, this.#camera_expected(), performance.now()));
    this.speaking = new Speaking(send, () => this.draw());
    this.watching.doubt = this.speaking.doubt = () => this.socket.check(true);
    this.shown = new ShownSizes(place, send, () => this.pictures);
    this.send = send;
    this.act = this.#actions(send);
    missing.tell = () => this.#tell_problem(t("A part of this page did not arrive. Load the page again if it does not come: you keep your place."));
    addEventListener("keydown", (event) => this.#key(event));
    setInterval(() => this.draw(), 10000);
  }

  start() {
    this.draw();
    this.socket.start();
  }

  /** @param {Partial<Kept>} change */
  keep(change) {
    Object.assign(this.kept, change);
    sessionStorage.setItem(this.store, JSON.stringify(this.kept));
  }

  /** @param {number} part of the room, 0: the whole */
  #address_of(part) {
    return this.address + (part ? "?part=" + part : "");
  }

  /** To a part of the room, or back to the whole: the same person by the same key; camera and microphone come along. @param {number} part */
  #move(part) {
    if (part === this.kept.part)
      return;
    this.keep({ part });
    this.dialog = null;
    this.watching.close();
    this.speaking.close();
    this.room = emptyRoom();
    this.link = "new";
    this.reply = null;
    this.unread = 0;
    this.socket.move(this.#address_of(part));
    this.draw();
  }

  /** What the views may read and call. */
  view() {
    const { room, link, tab, unread, reply, problem, mic_on, dialog, devices, sound, act, clock, title, leave_url, send, pictures, opened_us } = this;
    const offset_us = room.clock_offset_us;
    return {
      room, link, tab, unread, reply, problem, mic_on, dialog, devices, sound, act, clock, title, leave_url, send, pictures, opened_us, chosen: this.preferences.chosen, watch_chosen: this.kept.watch,
      say: (/** @type {string} */ sentence, /** @type {string} */ about = sentence) => this.announcer.say(sentence, about),
      read: (/** @type {string} */ line) => this.announcer.caption(line), draw: () => this.draw(),
      /** What was done here changes what features hold, before the room has answered. */
      did: (/** @type {{t: string}} */ message) => {
        this.room = apply_parts(this.room, message);
        this.draw();
      },
      media: this.watching, publishing: this.speaking.state, held: this.speaking.held, now_us: () => Date.now() * 1000 + offset_us,
    };
  }

  /** Soon, once, however often it is asked for. */
  draw() {
    if (this.#drawing)
      return;
    this.#drawing = true;
    setTimeout(() => {
      this.#drawing = false;
      render(page(this.view()), this.place);
      this.shown.look();
    }, 16);
  }

  // Messages

  #join() {
    this.socket.join({
      t: "join", name: this.kept.name, key: this.kept.key, h264: receives_h264(), sealed: sealing !== null, watch: this.kept.watch,
      publish: this.speaking.id ?? features.map((feature) => feature.publishing?.()).find(Boolean) ?? null, subscribe: this.watching.id,
    });
  }

  #lost() {
    if (this.link !== "lost")
      this.announcer.say(t("The line to the room is cut."));
    this.link = "lost";
    this.draw();
  }

  /** @param {any} m */
  #message(m) {
    const before = this.room;
    this.room = apply(before, m);
    const then = {
      welcome: () => (this.pictures.anew(), this.#welcome(m, before)), waiting: () => this.#waits(m, before), lobby: () => tell_newcomers(this.room, before, this.announcer) && this.#chime(), people: () => this.#people(m, before), said: () => this.#said(m),
      subscribe: () => (m.pc === this.watching.id || this.pictures.anew(), this.watching.answer(m)), published: () => this.speaking.answered(m),
      layers: () => this.speaking.set_wanted(m), vp8: () => this.speaking.set_vp8(m.on), hands: () => tell_hands(this.room, before, this.announcer), refused: () => this.#refused(m, before),
      network: () => this.#follow_line(() => this.pictures.network(m, performance.now())),
      record: () => this.announcer.say(m.on ? t("The session is being recorded.") : t("The recording has stopped.")),
      muted: () => this.#muted(), ended: () => this.#ended(), bye: () => this.#bye(m), watching: () => placed(this.view(), before),
    }[/** @type {string} */ (m.t)];
    Promise.resolve(then?.()).catch((error) => console.error(m.t, error));
    hear(m, this.view(), before);
    if (m.t !== "pong")
      this.draw();
  }

  /** @param {any} m @param {typeof this.room} before */
  #welcome(m, before) {
    if (this.link === "lost")
      this.announcer.say(t("You are back in the room."));
    if (before.waits) {
      this.devices.close_all();
      this.announcer.say(t("You are in the room."));
      this.#chime();
    }
    this.link = "open";
    stay_lit(!this.room.ended);
    this.keep({ key: m.me.key });
    for (const line of this.room.pending)
      this.socket.send({ t: "say", ...line });
    this.speaking.ice = m.ice ?? [];
    this.speaking.set_vp8(m.vp8);
    this.shown.forget();
    placed(this.view(), before);
    this.watching.welcomed();
    const me = myself(this.room);
    if (me?.stage == null && this.#agreed && !myself(before) && this.room.room?.kind === "workshop") {
      this.socket.send({ t: "take" });
      return;
    }
    if (me?.stage == null)
      return this.#off_stage(myself(before)?.stage != null);
    if (this.kept.stage)
      return this.#resume(m.publish);
    this.act.open({ kind: "enter" });
  }

  /** Outside, until a host lets this person in. @param {any} m @param {typeof this.room} before */
  #waits(m, before) {
    this.link = "open";
    this.keep({ key: m.me.key });
    if (before.waits && before.door === m.door)
      return;
    if (before.me && !before.waits) {
      this.dialog = null;
      this.#off_stage(false);
      this.watching.close();
    }
    this.announcer.say(door_text(m.door));
  }

  #chime() {
    if (this.preferences.chosen.chime)
      import("./chime.js").then(({ chime }) => chime(), () => {});
  }

  /** On stage before and still: no click needed. @param {string | null} publish the connection that the server still holds */
  async #resume(publish) {
    const wish = this.#agreed ?? this.kept.stage;
    if (!wish)
      return;
    if (!this.#agreed) {
      this.#agreed = wish;
      this.mic_on = wish.mic;
      await Promise.all([this.devices.open("mic"), wish.camera && this.devices.open("camera")]);
    }
    if (this.speaking.id && this.speaking.id === publish) {
      this.speaking.welcomed();
      this.#tell();
    } else
      await this.#go();
  }

  /** @param {{gone?: number[]}} m @param {typeof this.room} before */
  #people(m, before) {
    tell_comings(this.room, before, m.gone ?? [], this.announcer);
    const was = myself(before), me = myself(this.room);
    if (was?.stage == null && me?.stage != null) {
      if (this.#agreed)
        return this.#go();
      this.announcer.say(t("The host invites you on stage."));
      this.act.open({ kind: "enter" });
    } else if (was?.stage != null && me?.stage == null) {
      this.#off_stage(true);
    }
    if (me?.screen && this.#screen_asked) {
      this.#screen_asked = false;
      return this.speaking.set("screen", this.devices.tracks.screen);
    }
  }

  #muted() {
    if (!this.mic_on)
      return;
    this.mic_on = false;
    this.#tell();
    this.#tell_silence(t("The host turned your microphone off. You can turn it on again."));
  }

  /** @param {import("./state.js").Line} m */
  #said(m) {
    if (m.who === this.room.me?.id || m.waiting)
      return;
    if (this.tab !== "chat")
      this.unread++;
    this.announcer.chat(t("{name}: {text}", { name: m.name || t("Guest {number}", { number: m.who }), text: m.text }));
  }

  /** @param {{of: string, id?: string, text: string}} m @param {typeof this.room} before */
  #refused(m, before) {
    if (m.of === "restart") {
      this.watching.unmendable(m.id ?? "");
      this.speaking.unmendable(m.id ?? "");
      return;
    }
    const field = /** @type {HTMLInputElement | null} */ (document.getElementById("my-words"));
    const line = before.pending.find((one) => one.id === m.id);
    if (line && field && !field.value)
      field.value = line.text; // nothing that was typed is lost
    this.#tell_problem(m.text);
    if (m.of === "state" || m.of === "screen")
      this.devices.close("screen");
    if (m.of === "take")
      this.#off_stage(false);
  }

  #ended() {
    stay_lit(false);
    this.#off_stage(false);
    this.announcer.say(t("The session is over."));
  }

  /** @param {{reason: string}} m */
  #bye(m) {
    if (m.reason === "restart")
      return;
    if (m.reason === "moved") {
      this.announcer.say(t("You are back in the room."));
      return this.#move(0);
    }
    stay_lit(false);
    this.socket.stop();
    this.#off_stage(false);
    this.watching.close();
    if (m.reason === "removed")
      this.keep({ key: null });
  }

  /** Shown until it is put away, and said. @param {string} sentence */
  #tell_problem(sentence) {
    this.problem = sentence;
    this.announcer.say(sentence);
    this.draw();
  }

  /** Nobody hears this person: shown until that is put away or the microphone is on. @param {string} sentence */
  #tell_silence(sentence) {
    this.#silent = sentence;
    this.#tell_problem(sentence);
  }

  // Stage

  /** Publishes what was agreed to. */
  async #go() {
    if (this.sound.blocked) // who speaks hears: browsers let a page play that was clicked on or has the microphone
      this.sound.unblock();
    await this.speaking.start();
    this.#tell();
  }

  /** @param {boolean} tell whether the person did not ask for it */
  #off_stage(tell) {
    if (!this.#agreed && !this.kept.stage && this.dialog?.kind !== "enter")
      return;
    if (tell && this.#agreed)
      this.#tell_problem(t("You are no longer on stage. Nobody sees or hears you."));
    if (this.dialog?.kind === "enter")
      this.dialog = null;
    this.#agreed = null;
    this.mic_on = false;
    this.keep({ stage: null });
    this.speaking.close();
    this.devices.close_all();
    this.#listen_while_off();
  }

  /** The room learns what we send; the tab remembers it. */
  #tell() {
    if (!this.#agreed)
      return;
    const { mic, camera, screen } = this.devices.tracks;
    if (mic)
      mic.enabled = this.mic_on;
    this.#agreed = { mic: this.mic_on && mic !== null, camera: camera !== null };
    this.keep({ stage: this.#agreed, chosen: this.devices.chosen });
    if (this.#agreed.mic && this.problem === this.#silent)
      this.problem = "";
    this.socket.send({ t: "state", ...this.#agreed, camera: camera !== null && !this.speaking.held, screen: screen !== null });
    this.#listen_while_off();
    this.draw();
  }

  /** Who speaks all the same is told. A hall's loudspeakers would be taken for its people. */
  #listen_while_off() {
    const off = this.#agreed && !this.mic_on && !this.seat ? this.devices.tracks.mic : null;
    this.#listened ||= off !== null;
    if (this.#listened)
      import("./muted.js").then(({ listen }) => listen(off, () => this.#tell_silence(t("You speak, but your microphone is off: nobody hears you."))), () => {});
  }

  /** @param {Kind} kind */
  #device(kind) {
    const track = this.devices.tracks[kind];
    if (kind === "screen" && track && this.#agreed)
      this.#screen_asked = true;
    else
      this.speaking.set(kind, track);
    if (kind === "mic" && track)
      track.enabled = !this.#agreed || this.mic_on;
    this.#tell();
    this.draw();
  }

  /** Without the microphone that was asked for nobody hears this person, who is told. @param {Promise<MediaStreamTrack | null>} asked */
  async #mic_or_silence(asked) {
    await asked;
    if (this.devices.tracks.mic || !this.mic_on)
      return;
    this.mic_on = false;
    this.#tell_silence(this.devices.problem.mic);
  }

  /** @param {Kind} kind */
  #device_gone(kind) {
    if (!this.#agreed)
      return this.draw();
    const silent = kind === "mic" && this.devices.tracks.mic === null;
    this.mic_on &&= !silent;
    this.#tell();
    if (silent)
      this.#tell_silence(this.devices.problem.mic);
    else
      this.#tell_problem(this.devices.problem[kind]);
  }

  // Media that comes in

  #media() {
    if (!this.seat)
      this.sound.play(this.watching.tracks);
    this.draw();
  }

  #camera_expected() {
    return cast(this.room).some((person) => person.id !== this.room.me?.id && person.camera);
  }

  /** What was heard of the line may change which pictures are shown. @param {() => void} hear */
  #follow_line(hear) {
    const before = this.pictures.mode;
    hear();
    const mode = this.pictures.mode;
    this.#hold_camera(mode === "audio");
    if (mode === before)
      return;
    this.announcer.say(mode === "audio" ? t("Your connection is weak: the pictures stop, the sound goes on.")
      : mode === "low" ? t("The pictures are back, small for now.") : t("The pictures are as large as before."));
    this.draw();
  }

  /** Who speaks on a line that hardly carries that sends no picture: others' do not come there either. @param {boolean} thin */
  #hold_camera(thin) {
    const held = thin && this.mic_on && (this.speaking.held || this.speaking.up_kbit_s < THIN_KBIT_S);
    if (held === this.speaking.held)
      return;
    this.speaking.hold(held);
    this.#tell();
    if (held && this.devices.tracks.camera)
      this.announcer.say(t("Your picture is not sent for now: your voice has the line to itself."));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (this.dialog || !this.preferences.chosen.keys)
      return;
    const me = myself(this.room), target = /** @type {HTMLElement} */ (event.target);
    const deed = deed_of(event, target.matches("input, textarea, select, [contenteditable]"), me !== null && me.stage !== null);
    if (!deed)
      return;
    event.preventDefault();
    this.act[deed]();
  }

  /** What several views can do, and keys. @param {(message: object) => void} send */
  #actions(send) {
    return {
      tab: (/** @type {string} */ tab) => {
        this.tab = tab;
        this.unread = tab === "chat" ? 0 : this.unread;
        this.draw();
      },
      dismiss: () => {
        this.problem = "";
        this.draw();
      },
      open: (/** @type {Shown} */ dialog) => {
        this.dialog = dialog;
        if (dialog?.kind === "enter")
          Promise.all([this.devices.open("mic"), this.devices.open("camera")]);
        else if (!this.#agreed)
          this.devices.close_all();
        this.draw();
      },
      unblock: () => this.sound.unblock(),
      keys: () => this.act.open({ kind: "keys" }),
      /** For all rooms. */
      choose: (/** @type {Partial<import("./preferences.js").Chosen>} */ change) => {
        this.preferences.keep(change);
        this.pictures.chosen = this.preferences.chosen.pictures;
        this.draw();
      },
      sound_only: () => this.#toggle_pictures("audio"),
      small_pictures: () => this.#toggle_pictures("low"),
      write: () => {
        this.act.tab("chat");
        setTimeout(() => /** @type {HTMLElement | null} */ (this.place.querySelector(".say input"))?.focus(), 50);
      },
      /** To a group, 0: to the whole room. */
      move: (/** @type {number} */ part) => this.#move(part),
      /** Before a link leads away: the room need not wait for this person to come back. */
      quit: () => this.socket.stop(),
      name: (/** @type {string} */ text) => {
        const name = text.trim();
        if (name) {
          this.keep({ name });
          send({ t: "name", name });
        }
        return name !== "";
      },
      say: (/** @type {string} */ words) => {
        const text = words.trim();
        if (!text)
          return false;
        const line = { id: crypto.randomUUID?.() ?? String(performance.now()).replace(".", "-"), text, ...(this.reply && { reply: this.reply.n }) };
        this.reply = null;
        this.room = { ...this.room, pending: [...this.room.pending, line] };
        send({ t: "say", ...line });
        this.socket.check(); // what is said should not wait for the next ping of a line that is dead
        this.draw();
        return true;
      },
      reply: (/** @type {typeof this.reply} */ line) => {
        this.reply = line;
        this.draw();
        document.getElementById("my-words")?.focus();
      },
      hand: () => this.#hand(),
      /** In a workshop everybody may; a name comes first. */
      take_seat: () => (myself(this.room)?.name ? this.act.open({ kind: "enter" }) : this.act.write()),
      watch: (/** @type {boolean} */ on) => {
        this.keep({ watch: on });
        send({ t: "watch", on });
      },
      test: () => Promise.all([this.devices.open("mic"), this.devices.open("camera")]),
      stop_test: () => {
        this.devices.problem.mic = this.devices.problem.camera = "";
        this.devices.close_all();
        this.draw();
      },
      enter: (/** @type {boolean | null} */ consent) => this.#enter(consent),
      refuse_stage: () => this.#refuse_stage(),
      leave_stage: () => {
        send({ t: "leave" });
        this.#off_stage(false);
        this.draw();
      },
      mic: async () => {
        this.mic_on = !this.mic_on;
        if (this.mic_on && !this.devices.tracks.mic)
          await this.#mic_or_silence(this.devices.asked.mic ?? this.devices.open("mic"));
        this.#tell();
      },
      camera: () => this.#toggle("camera"),
      screen: () => this.#toggle("screen"),
      record: () => send({ t: "record", on: !this.room.recording }),
      again: () => {
        this.room = emptyRoom();
        this.link = "new";
        this.socket.start();
        this.draw();
      },
    };
  }

  /** A hand needs a name, so that the host can call it: a guest without one is led to that field. */
  #hand() {
    const me = myself(this.room);
    if (me && !me.name)
      return this.act.write();
    this.socket.send({ t: "hand", up: !this.room.hands.includes(this.room.me?.id ?? -1) });
    this.socket.check();
  }

  /** @param {import("./pictures.js").Mode} mode */
  #toggle_pictures(mode) {
    this.pictures.toggle(mode);
    this.act.choose({ pictures: this.pictures.chosen });
  }

  /** @param {"camera" | "screen"} kind */
  async #toggle(kind) {
    if (this.devices.tracks[kind])
      return this.devices.close(kind);
    await this.devices.open(kind);
    if (this.devices.problem[kind] && !this.dialog)
      this.problem = this.devices.problem[kind];
    this.draw();
  }

  /** @param {boolean | null} consent null: nothing is recorded here */
  async #enter(consent) {
    const { asked, tracks } = this.devices;
    this.dialog = null;
    this.mic_on = tracks.mic !== null || asked.mic !== null; // which may still come
    if (asked.mic)
      this.#mic_or_silence(asked.mic).then(() => this.#tell());
    this.#agreed = { mic: this.mic_on, camera: this.devices.tracks.camera !== null };
    this.keep({ stage: this.#agreed });
    if (consent !== null)
      this.socket.send({ t: "consent", yes: consent });
    if (myself(this.room)?.stage == null)
      this.socket.send({ t: "take" });
    else
      await this.#go();
    this.draw();
  }

  /** Closes the preview; whom the host had invited leaves the seat again. */
  #refuse_stage() {
    const me = myself(this.room);
    if (me?.stage != null && me.role !== "host" && me.role !== "speaker" && !this.#agreed)
      this.socket.send({ t: "leave" });
    this.act.open(null);
  }
}

const place = /** @type {HTMLElement} */ (document.getElementById("room"));
setWords(place.dataset.words ?? "");
place.replaceChildren();
new Meeting(place).start();
