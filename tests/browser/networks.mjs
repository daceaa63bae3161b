// Networks of a test's own: it runs in one namespace, what it calls the house (the server, and who is on stage) in another.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "../http/support.mjs";
import { importLive } from "../support/sample.mjs";
import { CHROMIUM, has_program } from "./browsers.mjs";

const HOUSE = "10.9.0.1", HOUSE_NAME = "house.localhost"; // a name that may have a camera without https

export const run = (line) => execFileSync("sh", ["-ec", line], { stdio: ["ignore", "pipe", "inherit"] });

/** Which of these programs is not installed, or false: for `skip`. */
export function lacks(...names) {
  const absent = names.find((name) => !has_program(name));
  return absent ? `${absent} not installed` : false;
}

/** The file at `url` again, with `tests` in a network namespace of its own. */
export function in_own_network(url, name, why_not, tests) {
  if (process.env.TRETEAU_OWN_NETWORK)
    return tests();
  const skip = why_not || lacks("unshare") || (spawnSync("unshare", ["-n", "true"]).status !== 0 && "no network namespace to be had");
  describe(name, { skip }, () => {
    it("passes in a network of its own", () => {
      const env = { ...process.env, TRETEAU_OWN_NETWORK: "1" };
      delete env.NODE_TEST_CONTEXT; // else it reports to the runner above, in a language of its own
      const inner = spawnSync("unshare", ["-n", process.execPath, "--test-reporter=spec", fileURLToPath(url)], { env, encoding: "utf8" });
      console.log(inner.stdout);
      assert.equal(inner.status, 0, inner.stdout + inner.stderr);
    });
  });
}

/**
 * A network namespace beside the test's: its address is on no line, lines lead to it. Browsers there are started by
 * `program`; the name of a room's `named_url` is known to those that have `flags`.
 */
export async function open_house() {
  const child = spawn("unshare", ["-n", "sleep", "infinity"], { stdio: "ignore" });
  while (readlinkSync(`/proc/${child.pid}/ns/net`) === readlinkSync("/proc/self/ns/net"))
    await new Promise((resolve) => setTimeout(resolve, 10));
  const there = `nsenter -t ${child.pid} -n`, folder = mkdtempSync(path.join(tmpdir(), "treteau-house-")), program = path.join(folder, "chromium");
  run(`ip link set lo up; ${there} ip link set lo up; ${there} ip addr add ${HOUSE}/32 dev lo`);
  writeFileSync(program, `#!/bin/sh\nexec ${there} ${CHROMIUM} "$@"\n`, { mode: 0o755 });
  return {
    address: HOUSE,
    program, within: ["nsenter", "-t", String(child.pid), "-n"], flags: [`--host-resolver-rules=MAP ${HOUSE_NAME} ${HOUSE}`],
    run: (line) => run(`${there} sh -ec '${line}'`),
    /** A line: here it has this name and is down, there it is to-NAME with an address. */
    connect: (name, address) => run(`ip link add ${name} type veth peer name to-${name}; ip link set to-${name} netns ${child.pid};
      ${there} ip addr add ${address}/24 dev to-${name}; ${there} ip link set to-${name} up`),
    async start_room(options) {
      const script = fileURLToPath(new URL("fake_room.mjs", import.meta.url));
      const room = spawn("nsenter", ["-t", String(child.pid), "-n", process.execPath, script, JSON.stringify({ host: HOUSE, ...options })], { stdio: ["pipe", "pipe", "inherit"] });
      const ended = new Promise((resolve) => room.on("exit", resolve));
      const url = await new Promise((resolve) => createInterface(room.stdout).once("line", resolve));
      return { url, named_url: url.replace(HOUSE, HOUSE_NAME), stop: () => (room.stdin.end(), ended) };
    },
    close() {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * The real server in a house at the end of one line (here "line", there "to-line"). In the house its address is its own, from here
 * it leads there for browsers that have `flags`.
 */
export async function open_server_by_a_line() {
  const house = await open_house(), port = 8080, origin = `http://localhost:${port}`;
  house.connect("line", "10.1.0.1");
  run("ip link set line up; ip addr add 10.1.0.2/24 dev line; ip route add default via 10.1.0.1");
  const server = await start({ through: house.within, args: ["--port", String(port), "--origin", origin] });
  await importLive(server);
  // the server listens on its own machine alone; nginx stands in front of it elsewhere
  const script = `require("node:net").createServer((one) => { const other = require("node:net").connect(${port}, "127.0.0.1"); one.pipe(other).pipe(one); for (const end of [one, other]) end.on("error", () => { one.destroy(); other.destroy(); }); }).listen(${port}, "${house.address}", () => console.log("ready"))`;
  const forwarder = spawn(house.within[0], [...house.within.slice(1), process.execPath, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => forwarder.stdout.once("data", resolve));
  return {
    house, server, origin, flags: [`--host-resolver-rules=MAP localhost ${house.address}`],
    async close() {
      forwarder.kill();
      const ended = await server.stop();
      house.close();
      assert.doesNotMatch(ended?.stderr ?? "", /Sanitizer|runtime error|CRITICAL/);
    },
  };
}

/** With camera and microphone. */
export async function go_on_stage(tab) {
  await tab.click("Go on stage");
  await tab.until(() => document.querySelector("dialog video")?.videoWidth > 0);
  await tab.click("Go on stage");
  await tab.until(() => !document.querySelector("dialog") && document.querySelector(".tile video"));
}
