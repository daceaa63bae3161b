#!/usr/bin/env python3
"""A stage with six speakers and a full room, on this machine alone, the generator included.

Six cameras in three layers with their sound, 100, 200 and 300 watchers who show all six as small pictures and answer with
receiver reports, NACK and transport-wide feedback. Printed: the CPU time of the server's process as a share of one core, per
forwarded packet and per watcher, what was lost, and how soon 95 of 100 were in and had a picture. What 500 would take is
drawn from the slope of the three, and marked so. One JSON line a row goes to build/bench/rooms.jsonl.
"""
import argparse
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEAKERS = 6
PICTURE_LINES = 180
FAR = 500


def run(options, watchers):
    build = pathlib.Path(options.build).resolve()
    command = [str(build / "src/load/treteau-load"), "host", "--host", str(build / "tests/bench/sfu-host"), "--json",
               "--publishers", str(SPEAKERS), "--subscribers", str(watchers), "--seconds", str(options.seconds), "--settle", "6",
               "--simulcast", "--codec", "vp8", "--view", str(PICTURE_LINES), "--transport-cc", "--profile", "gcm"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=options.seconds + 180, check=True)
    figures = json.loads(done.stdout)
    figures["core_percent"] = figures["us_per_packet"] * figures["forwarded"] / figures["seconds"] / 1e4
    return figures


def slope(rows):
    """Least squares: share of a core by watchers."""
    n = len(rows)
    mean_x, mean_y = sum(x for x, _ in rows) / n, sum(y for _, y in rows) / n
    rise = sum((x - mean_x) * (y - mean_y) for x, y in rows) / sum((x - mean_x) ** 2 for x, _ in rows)
    return rise, mean_y - rise * mean_x


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=ROOT / "build/release")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--watchers", type=int, nargs="+", default=[100, 200, 300])
    options = parser.parse_args()
    out = ROOT / "build/bench"
    out.mkdir(parents=True, exist_ok=True)
    print(f"{SPEAKERS} speakers in small pictures, the generator on the same cores")
    print("watchers  of a core  µs a packet  packets/s  kB a watcher  lost %  in, p95 ms  first packet, p95 ms")
    rows = []
    with open(out / "rooms.jsonl", "w", encoding="utf-8") as file:
        for watchers in options.watchers:
            one = run(options, watchers)
            file.write(json.dumps({"bench": "rooms", **one}) + "\n")
            rows.append((watchers, one["core_percent"]))
            print(f"{watchers:8}  {one['core_percent']:7.0f} %  {one['us_per_packet']:11.2f}  {one['forwarded'] / one['seconds']:9.0f}  "
                  f"{one['server_kb'] / watchers:12.0f}  {one['loss_percent']:6.2f}  {one['connected_ms_p95']:10.0f}  "
                  f"{one['first_packet_ms_p95']:20.0f}")
    if len(rows) > 1:
        rise, base = slope(rows)
        print(f"{FAR:8}  {rise * FAR + base:7.0f} %  extrapolated from the slope, not measured")


if __name__ == "__main__":
    main()
