#!/usr/bin/env python3
"""Cost of a forwarded packet: ours, Janus in both its modes, and the floor, side by side.

One publisher in bursts (30 frames a second of five packets of 1,200 bytes, 50 sound packets), N watchers that answer with
receiver reports, NACK and transport-wide feedback to every server alike and lose one packet in a hundred, so that repair
and estimation are at work. Servers run
in turns on core 0, the generator on core 1; the figure is the CPU time of the server's process (user and system, from
/proc) divided by the packets it forwarded, median over the rounds. A ratio is ours divided by the other.

Janus is Debian's package, a child with its own configuration in a temporary folder; without it those columns are
skipped. One JSON line a profile goes to build/bench/sfu.jsonl, every single run to build/bench/sfu-runs.jsonl.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_MAX_S = 15

JANUS_CONFIG = """general: {{
  configs_folder = "{folder}"
  plugins_folder = "{plugins}"
  transports_folder = "{transports}"
  events_folder = "{folder}/none"
  loggers_folder = "{folder}/none"
  debug_level = 2
  {mode}
}}
nat: {{ full_trickle = false }}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "{other_transports}" }}
"""
WEBSOCKET_CONFIG = """general: {{
  ws = true
  ws_port = {port}
  ws_ip = "127.0.0.1"
  wss = false
}}
"""


def pinned(core):
    """A command prefix that keeps a program on one core, where there are two."""
    return ["taskset", "-c", str(core)] if len(os.sched_getaffinity(0)) > 1 else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def janus_folder():
    """Where Debian keeps the plugins, or None without Janus."""
    found = sorted(pathlib.Path("/usr/lib").glob("*/janus"))
    return found[0] if found and shutil.which("janus") else None


def all_but(folder, kept):
    return ",".join(path.name for path in sorted(folder.glob("*.so")) if kept not in path.name)


@contextlib.contextmanager
def janus(mode):
    """A running Janus with the VideoRoom plugin and WebSockets only: (pid, address)."""
    installed, port = janus_folder(), free_port()
    with tempfile.TemporaryDirectory(prefix="treteau-janus-") as folder:
        write = lambda name, text: (pathlib.Path(folder) / name).write_text(text, encoding="utf-8")
        write("janus.jcfg", JANUS_CONFIG.format(
            folder=folder, mode=mode, plugins=installed / "plugins", transports=installed / "transports",
            other_plugins=all_but(installed / "plugins", "videoroom"),
            other_transports=all_but(installed / "transports", "websockets")))
        write("janus.transport.websockets.jcfg", WEBSOCKET_CONFIG.format(port=port))
        write("janus.plugin.videoroom.jcfg", "")
        with open(pathlib.Path(folder) / "log", "wb") as log:
            process = subprocess.Popen(pinned(0) + ["janus", "-F", folder, "-C", f"{folder}/janus.jcfg"],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for_port(process, port)
            yield process.pid, f"ws://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for_port(process, port):
    limit = time.monotonic() + START_MAX_S
    while time.monotonic() < limit and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("Janus did not start")


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()

    def load(self, profile, *more):
        o = self.options
        command = pinned(1) + [str(self.build / "src/load/treteau-load"), *more, "--json", "--profile", profile,
                               "--subscribers", str(o.subscribers), "--seconds", str(o.seconds), "--loss", str(o.loss),
                               "--codec", o.codec, "--transport-cc"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=o.seconds + 120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"treteau-load {more[0]} failed: {done.stdout}")
        return json.loads(done.stdout)

    def ours(self, profile):
        host = " ".join(pinned(0) + [str(self.build / "tests/bench/sfu-host")])
        return self.load(profile, "host", "--host", host)

    def janus(self, profile, mode):
        with janus(mode) as (pid, url):
            return self.load(profile, "janus", "--url", url, "--server-pid", str(pid))

    def floor(self, profile):
        o = self.options
        cores = ["--core", "0", "--drain-core", "1"] if pinned(0) else []
        command = [str(self.build / "tests/bench/sfu-floor"), "--profile", profile, "--subscribers",
                   str(o.subscribers), "--seconds", str(o.seconds), *cores]
        return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)

    @staticmethod
    def again(run, profile):
        """A machine that does something else for a while spoils one run, not the whole bench."""
        try:
            return run(profile)
        except RuntimeError as failure:
            print(f"  once more: {failure}", file=sys.stderr)
            return run(profile)

    def runners(self):
        runners = {"ours": self.ours}
        if janus_folder():
            runners["janus_best"] = lambda profile: self.janus(profile, "event_loops = 2")
            runners["janus_default"] = lambda profile: self.janus(profile, "")
        else:
            print("Janus is not installed (Debian's package janus): its columns are skipped.")
        if not (self.build / "tests/bench/sfu-host").exists():
            print("sfu-host is not built: our own column is skipped.")
            del runners["ours"]
        runners["floor"] = self.floor
        return runners

    def profile(self, profile, runs_file):
        runs = {name: [] for name in self.runners()}
        for number in range(self.options.runs):
            for name, run in self.runners().items():
                figures = self.again(run, profile)
                runs[name].append(figures)
                runs_file.write(json.dumps({"bench": "sfu-run", "name": name, "run": number, **figures}) + "\n")
                runs_file.flush()
                if sys.stderr.isatty():
                    print(f"  {profile} {number + 1} {name}: {figures['us_per_packet']:.2f} µs", file=sys.stderr)
        return runs


def summary(profile, runs, options):
    line = {"bench": "sfu", "profile": profile, "subscribers": options.subscribers, "runs": options.runs,
            "loss_percent": options.loss}
    for name in ("ours", "janus_best", "janus_default", "floor"):
        values = [run["us_per_packet"] for run in runs.get(name, [])]
        line[f"{name}_us"] = round(statistics.median(values), 3) if values else None
    for ratio, other in (("ratio_best", "janus_best_us"), ("ratio_default", "janus_default_us"),
                         ("ratio_floor", "floor_us")):
        both = line["ours_us"] and line[other]
        line[ratio] = round(line["ours_us"] / line[other], 3) if both else None
    for name in ("ours", "janus_best", "janus_default"):
        if runs.get(name):
            line[f"{name}_kb_per_subscriber"] = round(
                statistics.median(run["server_kb"] for run in runs[name]) / options.subscribers, 1)
    return line


def cell(value, form):
    return form.format(value) if value is not None else "skipped"


def print_table(lines):
    head = ("profile", "ours µs", "Janus best µs", "Janus default µs", "floor µs", "ours/best", "ours/default",
            "ours/floor")
    rows = [(line["profile"], cell(line["ours_us"], "{:.2f}"), cell(line["janus_best_us"], "{:.2f}"),
             cell(line["janus_default_us"], "{:.2f}"), cell(line["floor_us"], "{:.2f}"),
             cell(line["ratio_best"] and 1 / line["ratio_best"], "1/{:.1f}"),
             cell(line["ratio_default"] and 1 / line["ratio_default"], "1/{:.1f}"),
             cell(line["ratio_floor"], "{:.2f}")) for line in lines]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=ROOT / "build/release")
    parser.add_argument("--runs", type=int, default=int(os.environ.get("TRETEAU_BENCH_RUNS", "5")))
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--subscribers", type=int, default=100)
    parser.add_argument("--loss", type=float, default=1.0)
    parser.add_argument("--codec", default="h264")
    parser.add_argument("--profiles", nargs="+", default=["gcm", "cm"])
    options = parser.parse_args()
    out = ROOT / "build/bench"
    out.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    with open(out / "sfu-runs.jsonl", "w", encoding="utf-8") as runs_file:
        lines = [summary(profile, bench.profile(profile, runs_file), options) for profile in options.profiles]
    with open(out / "sfu.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    print(f"CPU time of the server per forwarded packet, 1 publisher x {options.subscribers} watchers, "
          f"{options.loss:g} % loss, median of {options.runs}")
    print_table(lines)


if __name__ == "__main__":
    main()
