// Parts of the room's client that need no browser: which pictures are asked for, what a screen reader hears, the keys.

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Announcer } from "../../src/live/announce.js";
import { deed_of, SHORTCUTS } from "../../src/live/keys.js";
import { is_voice } from "../../src/live/muted.js";
import { DataMeter, Pictures } from "../../src/live/pictures.js";
import { behind_us, counted_to, left_us, next_row, plan } from "../../src/manager/clock.js";

describe("a voice in a microphone that is off", () => {
  const level = (...parts) => parts.flatMap(([count, level]) => Array(count).fill(level));

  it("is told from a hum, from keys, from what is far away, and after a sentence that was begun before", () => {
    assert.equal(is_voice(level([30, 70])), false);
    assert.equal(is_voice(level([12, 10], [1, 80], [4, 10], [1, 80], [4, 10], [1, 80], [7, 10])), false);
    assert.equal(is_voice(level([20, 5], [10, 35])), false);
    assert.equal(is_voice(level([20, 30], [10, 45])), false);
    assert.equal(is_voice(level([20, 10], [2, 10], [3, 60], [2, 20], [3, 65])), true);
    assert.equal(is_voice(level([20, 10], [10, 60])), true);
  });

  it("needs most of a second", () => {
    assert.equal(is_voice(level([20, 10], [5, 10], [5, 60])), false);
    assert.equal(is_voice(level([1, 10], [9, 60])), true);
    assert.equal(is_voice(level([5, 60])), false);
  });
});

describe("which pictures are asked for", () => {
  const GOOD = { kbit_s: 900, rtt_s: 0.05 }, WEAK = { kbit_s: 90, rtt_s: 1.5 }, VOICE = { kbit_s: 40, rtt_s: 0.05 };
  let now, pictures;

  beforeEach(() => {
    now = 0;
    pictures = new Pictures(null);
  });

  /** So many seconds alike; the mode after each. */
  function pass(count, second, expected = true) {
    return Array.from({ length: count }, () => {
      now += 1000;
      pictures.second(second, expected, now);
      return pictures.mode;
    });
  }

  /** How long until the mode is this one, in seconds. */
  const until = (mode, second) => {
    for (let seconds = 1; seconds < 1000; seconds++)
      if (pass(1, second)[0] === mode)
        return seconds;
    throw new Error("never " + mode);
  };

  it("goes down to sound when the server says so, at once", () => {
    pictures.network({ mode: "audio", kbps: 90 }, now);
    assert.equal(pictures.mode, "audio");
  });

  it("goes down when the server believes in less than 150 kbit/s, not at 150", () => {
    pictures.network({ mode: "reduced", kbps: 150 }, now);
    assert.equal(pictures.mode, "full");
    pictures.network({ mode: "reduced", kbps: 149 }, now);
    assert.equal(pictures.mode, "audio");
  });

  it("goes down by itself after four bad seconds, not after three, and not for a still picture or a quiet room", () => {
    assert.deepEqual(pass(3, WEAK), ["full", "full", "full"]);
    pass(1, GOOD);
    assert.deepEqual(pass(4, WEAK), ["full", "full", "full", "audio"]);
    pictures = new Pictures(null);
    assert.equal(pass(30, VOICE).at(-1), "full", "little comes, but at once");
    assert.equal(pass(30, WEAK, false).at(-1), "full", "nobody has a camera on");
    assert.equal(pass(30, { ...WEAK, kbit_s: 400 }).at(-1), "full", "late, but more than enough comes");
  });

  it("comes up again in two steps of ten seconds", () => {
    pictures.network({ mode: "reduced", kbps: 90 }, now);
    assert.equal(until("low", VOICE), 10);
    assert.equal(until("full", GOOD), 10);
  });

  it("stays with the sound while the line is bad", () => {
    pictures.network({ mode: "reduced", kbps: 90 }, now);
    assert.equal(pass(60, { kbit_s: 40, rtt_s: 1.5 }).at(-1), "audio");
    assert.equal(until("low", VOICE), 10);
  });

  it("does not try what the server knows to be in vain, and comes up with its word", () => {
    pictures.network({ mode: "audio", kbps: 60 }, now);
    assert.equal(pictures.awaits, 200);
    assert.equal(pass(100, VOICE).at(-1), "audio");
    pictures.network({ mode: "full", kbps: 210 }, now);
    assert.deepEqual([pictures.mode, pictures.awaits], ["low", 0]);
    assert.equal(until("full", GOOD), 10);
  });

  it("waits ten seconds after the fall even so, and does without a word that never comes", () => {
    pictures.network({ mode: "audio", kbps: 60 }, now);
    pass(3, VOICE);
    pictures.network({ mode: "full", kbps: 210 }, now);
    assert.equal(pictures.mode, "audio");
    assert.equal(until("low", VOICE), 7);
    pictures.network({ mode: "audio", kbps: 60 }, now);
    assert.equal(until("low", VOICE), 160);
    pictures.network({ mode: "audio", kbps: 60 }, now);
    pictures.anew(); // another connection, whose line the server does not know yet
    assert.ok(until("low", VOICE) < 160);
  });

  it("tries rarer what was in vain, and as before when it held", () => {
    const waits = [];
    for (let n = 0; n < 7; n++) {
      pictures.network({ mode: "reduced", kbps: 90 }, now);
      waits.push(until("low", VOICE));
    }
    assert.deepEqual(waits, [10, 20, 40, 80, 160, 160, 160]);
    until("full", GOOD);
    pass(30, GOOD);
    pictures.network({ mode: "reduced", kbps: 90 }, now);
    assert.equal(until("low", VOICE), 10);
  });

  it("leaves a person's choice alone, up and down", () => {
    for (const chosen of ["full", "low", "audio"]) {
      pictures = new Pictures(chosen);
      pictures.network({ mode: "audio", kbps: 20 }, now);
      assert.equal(pass(30, WEAK).at(-1), chosen);
      assert.equal(pass(60, GOOD).at(-1), chosen);
      assert.equal(pictures.awaits, 0);
    }
  });

  it("has a button that takes back what it chose, and that shows pictures which the line took", () => {
    pictures.toggle("audio");
    assert.deepEqual([pictures.mode, pictures.chosen], ["audio", "audio"]);
    pictures.toggle("low");
    assert.deepEqual([pictures.mode, pictures.chosen], ["low", "low"]);
    pictures.toggle("low");
    assert.deepEqual([pictures.mode, pictures.chosen], ["full", null]);
    pictures.network({ mode: "audio", kbps: 90 }, now);
    pictures.toggle("audio");
    assert.deepEqual([pictures.mode, pictures.chosen], ["full", "full"]);
  });

  it("counts what came in the last minute, and in all", () => {
    const meter = new DataMeter();
    assert.deepEqual([meter.minute_bytes, meter.total_bytes], [0, 0]);
    for (let second = 1; second <= 90; second++)
      meter.add(1000, second * 1000);
    assert.deepEqual([meter.minute_bytes, meter.total_bytes], [60_000, 90_000]);
    meter.add(1, 300_000);
    assert.deepEqual([meter.minute_bytes, meter.total_bytes], [1, 90_001]);
  });
});

describe("what a screen reader hears", () => {
  let place, heard, level, announcer;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
    heard = [];
    level = "all";
    let text = "";
    place = {
      get textContent() {
        return text;
      },
      set textContent(now) {
        text = now;
        if (now)
          heard.push(now);
      },
    };
    announcer = new Announcer(place, () => level);
  });
  afterEach(() => mock.timers.reset());

  /** In small steps: what is timed in a tick finds the clock at its end. */
  const pass = (seconds) => {
    for (let ms = 0; ms < seconds * 1000; ms += 50)
      mock.timers.tick(50);
  };

  it("is told at once what concerns the person, and clears it away", () => {
    announcer.say("You are muted.");
    pass(0.2);
    assert.deepEqual(heard, ["You are muted."]);
    pass(4);
    assert.equal(place.textContent, "");
  });

  it("says the same only once, and two things together", () => {
    for (const sentence of ["One.", "Two.", "One."])
      announcer.say(sentence);
    pass(10);
    assert.deepEqual(heard, ["One. Two."]);
  });

  it("ends each sentence before the next one, and says of one thing only how it is now", () => {
    announcer.say("Bo has the floor");
    announcer.say("Slide 2 of 9: The bus", "slides");
    announcer.say("Slide 3 of 9: Who pays?", "slides");
    announcer.say("A poll is open: Where?");
    pass(10);
    assert.deepEqual(heard, ["Bo has the floor. Slide 3 of 9: Who pays? A poll is open: Where?"]);
  });

  it("gathers a crowd that comes, writes and raises hands for a minute into a dozen sentences' worth", () => {
    for (let second = 0; second < 60; second++) {
      for (let n = 0; n < 10; n++) {
        announcer.tell("came", `Person ${second} ${n}`);
        announcer.chat(`Person ${second} ${n}: hello`);
        announcer.tell("hands", `Person ${second} ${n}`);
      }
      pass(1);
    }
    assert.ok(heard.length <= 11, heard.join(" | "));
    assert.match(heard[3], /^60 hands were raised\. 60 people came in\. 60 new messages\.$/);
    pass(10);
    const numbers = (word) => heard.reduce((sum, text) => sum + Number(new RegExp(`(\\d+) ${word}`).exec(text)?.[1] ?? 0), 0);
    assert.deepEqual([numbers("people came in"), numbers("new messages"), numbers("hands")], [600, 600, 600]);
  });

  it("names few, counts many", () => {
    announcer.tell("came", "Awa");
    announcer.tell("came", "Bo");
    announcer.tell("hands", "Cléo");
    pass(1);
    for (const name of ["Awa", "Bo", "Cléo", "Dan"])
      announcer.tell("left", name);
    announcer.chat("Eve: hello");
    pass(10);
    assert.deepEqual(heard, ["Cléo raises a hand. Awa and Bo came in.", "4 people left. Eve: hello"]);
  });

  it("does not say who left and came back in a moment", () => {
    announcer.tell("left", "Awa");
    announcer.tell("came", "Awa");
    pass(10);
    assert.deepEqual(heard, []);
  });

  it("lets what concerns the person not wait for the others, nor press on them", () => {
    announcer.tell("came", "Awa");
    pass(1);
    announcer.tell("came", "Bo");
    announcer.say("You are invited.");
    pass(2.5);
    assert.deepEqual(heard, ["Awa came in.", "You are invited."]);
    pass(10);
    assert.deepEqual(heard, ["Awa came in.", "You are invited.", "Bo came in."]);
  });

  it("reads captions in their order to who asked for them, beside the rest, and no more than can be heard", () => {
    level = "few";
    announcer.caption("Good afternoon.");
    pass(0.2);
    assert.deepEqual(heard, ["Good afternoon."]);
    announcer.caption("We begin.");
    announcer.say("You are invited.");
    announcer.caption("With the first question.");
    pass(4);
    assert.deepEqual(heard.slice(1), ["You are invited. We begin. With the first question."]);
    for (let n = 1; n <= 50; n++)
      announcer.caption(`Line ${n}.`);
    pass(10);
    assert.deepEqual(heard.slice(2), ["Line 47. Line 48. Line 49. Line 50."]);
  });

  for (const [chosen, expected] of [["some", "Awa raises a hand. Bo: hello"], ["few", undefined]])
    it(`says with “${chosen}” no more than was chosen, and always what concerns the person`, () => {
      level = chosen;
      announcer.tell("came", "Cléo");
      announcer.tell("left", "Dan");
      announcer.tell("hands", "Awa");
      announcer.chat("Bo: hello");
      pass(5);
      assert.deepEqual(heard, expected ? [expected] : []);
      announcer.say("The line is cut.");
      pass(5);
      assert.equal(heard.at(-1), "The line is cut.");
    });
});

describe("the room's keys", () => {
  const press = (key, more = {}) => ({ key, code: "Key" + key.toUpperCase(), altKey: true, shiftKey: true, ctrlKey: false, metaKey: false, repeat: false, isComposing: false, ...more });

  it("knows each, on stage or in the room", () => {
    for (const { letter, deed, on_stage } of SHORTCUTS)
      for (const here of [true, false])
        assert.equal(deed_of(press(letter), false, here), on_stage === undefined || on_stage === here ? deed : null, letter);
  });

  it("has no letter twice in one place", () => {
    for (const here of [true, false]) {
      const letters = SHORTCUTS.filter((one) => one.on_stage !== !here).map((one) => one.letter);
      assert.equal(new Set(letters).size, letters.length);
    }
  });

  it("leaves single letters, other modifiers, repeats and composing alone", () => {
    for (const more of [{ altKey: false }, { shiftKey: false }, { altKey: false, shiftKey: false }, { ctrlKey: true }, { metaKey: true }, { repeat: true }, { isComposing: true }])
      for (const { letter } of SHORTCUTS)
        assert.equal(deed_of(press(letter, more), false, false), null);
  });

  it("opens its list by ? outside of fields only", () => {
    const question = press("?", { altKey: false });
    assert.equal(deed_of(question, false, false), "keys");
    assert.equal(deed_of(question, true, false), null);
    assert.equal(deed_of({ ...question, ctrlKey: true }, false, false), null);
  });

  it("goes by the key's place where Option writes another sign, but not in a field, where that sign is meant", () => {
    const mac = press("Ó", { code: "KeyH" });
    assert.equal(deed_of(mac, false, false), "hand");
    assert.equal(deed_of(mac, true, false), null);
    assert.equal(deed_of(press("H"), true, false), "hand");
  });
});

describe("the clock of a run sheet", () => {
  const MIN = 6e7, START = 1000 * MIN;
  const rows = [[1, 3], [2, 20], [3, 10]].map(([id, minutes]) => ({ id, minutes, what: "", who: "", cue: "", link: "", scene: "" }));
  const stand = (row, since_min, now_min) => behind_us({ rows, row, since_us: START + since_min * MIN }, START, START + now_min * MIN) / MIN;

  it("knows when each line is to begin and to end", () => {
    assert.deepEqual(plan(rows, START).get(2), { begins_us: START + 3 * MIN, ends_us: START + 23 * MIN });
  });

  it("is behind by a late beginning, then by what the line takes too long; ahead where it began early", () => {
    assert.equal(behind_us({ rows, row: 0, since_us: 0 }, START, START + 99 * MIN), null);
    assert.equal(stand(1, 0, 2), 0);
    assert.equal(stand(1, 2, 2), 2);
    assert.equal(stand(1, 2, 9), 6);
    assert.equal(stand(2, 1, 10), -2);
    assert.equal(stand(2, 1, 23), 0);
    assert.equal(stand(2, 1, 26), 3);
  });

  it("says what is left of a line, and which comes next", () => {
    assert.equal(left_us({ rows, row: 2, since_us: START }, START + 5 * MIN) / MIN, 15);
    assert.equal(left_us({ rows, row: 2, since_us: START }, START + 25 * MIN) / MIN, -5);
    assert.equal(next_row({ rows, row: 0, since_us: 0 }).id, 1);
    assert.equal(next_row({ rows, row: 2, since_us: 0 }).id, 3);
    assert.equal(next_row({ rows, row: 3, since_us: 0 }), undefined);
  });

  it("counts down to what hosts said, else to the programme, and to nothing that is over", () => {
    const room = { talk: { start_us: START }, ended: null };
    assert.equal(counted_to({ start_us: -1 }, room, START - MIN), START);
    assert.equal(counted_to({ start_us: START + MIN }, room, START), START + MIN);
    for (const [start_us, one, now_us] of [[0, room, START - MIN], [-1, room, START], [-1, { ...room, ended: {} }, START - MIN], [-1, { talk: null, ended: null }, 0]])
      assert.equal(counted_to({ start_us }, one, now_us), 0);
  });
});
