#!/usr/bin/env python3
"""Runs the suites of ./test and counts: the last line is `N passed, N failed, N skipped`.

A suite is a function that returns a list of (command, parser). Each command's whole output goes to build/log/; failures
are shown. A suite that runs nothing has failed, a program that dies before its plan is done has failed what was left."""
import glob
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(ROOT, "build", "log")
# Files that look at pages: no sound, no picture, no measure of time. All other files of browser/ are alone.
PAGES_ONLY = {"conference", "making", "pages", "people", "programme", "registration"}
# Files that say how long something may take, load the machine, or record what is said at the pace of speech.
HTTP_ALONE = {"proxy", "shared_pages"}
FAULTS_ALONE = {"crowd", "full", "full_voices", "kill", "record", "restore", "stop", "wire"}
ATTACKS_ALONE = {"confined", "flood", "signalling"}
FUZZ_RUNS = 20000
WHY_LENGTH = 600  # characters shown of why a test failed
LONG_FUZZ_S = 600  # each of them
LONG_CHURN_S = 1800
LONG_DAYS = ((8, 1, 2 * 3600), (24, 2, 8 * 3600))  # of recordings: hours, rooms at once, seconds it may take
FUZZ_RUNS_OF = {"room_messages": 3000, "transcode": 5000}  # a conversation with the store's writer; an encoder made and ended


def build(name, *targets):
    subprocess.run(["tools/build", name, *targets], cwd=ROOT, check=True)


def environment(kind):
    env = dict(os.environ)
    env.setdefault("TRETEAU_SHARED", os.path.join(os.path.dirname(ROOT), "shared"))
    env["TRETEAU_BUILD"] = os.path.join(ROOT, "build", kind)
    env["ASAN_OPTIONS"] = "abort_on_error=0:detect_leaks=1"
    env["UBSAN_OPTIONS"] = "halt_on_error=1:print_stacktrace=1"
    env["TSAN_OPTIONS"] = "exitcode=66:second_deadlock_stack=1"
    env["LSAN_OPTIONS"] = "suppressions=" + os.path.join(ROOT, "tests", "support", "lsan.supp") + ":print_suppressions=0"
    return env


def execute(label, command, env, timeout, folder=ROOT):
    """Returns (exit code, output); the output is kept in build/log/LABEL.log."""
    try:
        done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=timeout)
        code, output = done.returncode, done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as late:
        code, output = 124, (late.stdout or b"").decode("utf-8", "replace") + f"\nnot done after {timeout} s\n"
    with open(os.path.join(LOGS, label.replace("/", "-") + ".log"), "w", encoding="utf-8") as log:
        log.write(output)
    return code, output


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.reasons = []

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.reasons += other.reasons


def read_tap(code, output):
    """GLib's and our scripts' flat TAP."""
    tally = Tally()
    plan = 0
    for line in output.splitlines():
        if re.match(r"1\.\.(\d+)", line):
            plan = int(line[3:].split()[0])
        skip = re.match(r"ok \d+ (.*?)\s*# SKIP ?(.*)", line, re.I)
        if skip:
            tally.skipped += 1
            tally.reasons.append(f"skipped {skip[1]}: {skip[2]}")
        elif line.startswith("ok "):
            tally.passed += 1
        elif line.startswith("not ok "):
            tally.failed += 1
            tally.reasons.append(line)
    seen = tally.passed + tally.failed + tally.skipped
    if code != 0 and not tally.failed or seen < plan or seen == 0:
        tally.failed += max(1, plan - seen)
        tally.reasons.append(f"exit {code}, {seen} of {plan} ran")
    return tally


def read_node(code, output):
    """node --test's closing lines; failures and skips by name."""
    tally = Tally()

    def count(word):
        found = re.findall(rf"^# {word} (\d+)", output, re.M)
        return int(found[-1]) if found else 0

    tally.passed, tally.failed = count("pass"), count("fail") + count("cancelled")
    tally.skipped = count("skipped") + count("todo")
    for failed, why in re.findall(r"^ *(not ok \d+ .*)\n *---\n(?:.*\n)*? *error: (.*(?:\n.*)*?)\n *(?:code|stack|name): ", output, re.M):
        tally.reasons += [failed, "  " + " ".join(why.removeprefix("|-").split())[:WHY_LENGTH]]
    tally.reasons += ["skipped " + text for text in re.findall(r"^ *ok \d+ - (.*# SKIP.*)", output, re.M)]
    if tally.passed + tally.failed + tally.skipped == 0 or (code != 0 and not tally.failed):
        tally.failed += 1
        tally.reasons.append(f"exit {code}, no test counted")
    return tally


def read_exit(code, output):
    tally = Tally()
    if code == 0:
        tally.passed = 1
    else:
        tally.failed = 1
        tally.reasons.append("\n".join(output.splitlines()[-25:]))
    return tally


def run_all(jobs, workers=1, folder=ROOT):
    """jobs: (label, command, env, timeout in s, reader); folder: where they run."""
    total = Tally()

    def one(job):
        label, command, env, timeout, reader = job
        started = time.monotonic()
        tally = reader(*execute(label, command, env, timeout, folder))
        return label, tally, time.monotonic() - started

    with ThreadPoolExecutor(workers) as pool:
        for label, tally, seconds in pool.map(one, jobs):
            state = "FAILED" if tally.failed else "ok"
            print(f"  {label}: {tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped ({seconds:.1f} s) {state}")
            for reason in tally.reasons[:20]:
                print(f"    {reason}")
            if tally.failed:
                print(f"    see build/log/{label.replace('/', '-')}.log")
            sys.stdout.flush()
            total.add(tally)
    return total


def unit():
    build("test")
    programs = sorted(p for p in glob.glob(os.path.join(ROOT, "build/test/**/test-*"), recursive=True)
                      if os.access(p, os.X_OK) and os.path.isfile(p))
    env = environment("test")
    env["G_SLICE"] = "always-malloc"
    return run_all([("unit/" + os.path.basename(p)[5:], [p, "--tap"], env, 300, read_tap) for p in programs], 2,
                   os.path.join(ROOT, "build/test"))  # as meson does: tests name their files from there


def node_suite(name, kind, timeout, only="*", more=(), alone=lambda file: True):
    """only: a pattern of file names; more: what else stands in the environment; alone: whether a file, by its name, wants
    the machine for itself. The others run first, two at a time, the largest files before the small."""
    build(kind)
    if os.path.exists(os.path.join(ROOT, "tests/package-lock.json")):
        subprocess.run(["tools/npm-modules", "tests"], cwd=ROOT, check=True)
    files = {os.path.basename(f)[:-9]: f for f in sorted(glob.glob(os.path.join(ROOT, f"tests/{name}/{only}.test.mjs")))}
    env = environment(kind) | dict(more)
    total = Tally()
    beside = sorted((file for file in files if not alone(file)), key=lambda file: -os.path.getsize(files[file]))
    for names, workers in ((beside, 2), ([file for file in files if alone(file)], 1)):
        total.add(run_all([(f"{name}/{file}", ["tools/test-node", "--test", "--test-reporter=tap", files[file]], env, timeout, read_node)
                           for file in names], workers))
    return total


def http():
    return node_suite("http", "test", 300, alone=lambda file: file in HTTP_ALONE)


def browser():
    return node_suite("browser", "release", 600, alone=lambda file: file not in PAGES_ONLY)


def media():
    return node_suite("media", "release", 300)


def formats():
    return node_suite("formats", "release", 120, alone=lambda file: False)


def faults():
    return node_suite("faults", "release", 300, alone=lambda file: file in FAULTS_ALONE)


def attack():
    """nginx with the shipped site in front, and who means it ill: slowhttptest, testssl.sh, sqlmap and our own."""
    return node_suite("attack", "release", 600, alone=lambda file: file in ATTACKS_ALONE)


def fuzz(limit=None, seconds=600):
    """limit: what ends each fuzzer, in place of the number of inputs that a change has to pass."""
    build("fuzz")
    jobs = []
    for program in sorted(glob.glob(os.path.join(ROOT, "build/fuzz/**/fuzz-*"), recursive=True)):
        if not os.access(program, os.X_OK) or not os.path.isfile(program):
            continue
        name = os.path.basename(program)[5:]
        work = os.path.join(ROOT, "build/fuzz/corpus", name)
        os.makedirs(work, exist_ok=True)
        seeds = os.path.join(ROOT, "tests/fuzz/seeds", name)
        folders = [work] + ([seeds] if os.path.isdir(seeds) else [])
        bound = limit or f"-runs={FUZZ_RUNS_OF.get(name, FUZZ_RUNS)}"
        jobs.append((f"fuzz/{name}", [program, bound, "-seed=1", "-max_len=8192", "-timeout=10",
                                      "-rss_limit_mb=1024", f"-artifact_prefix={LOGS}/{name}-", *folders],
                     environment("fuzz"), seconds, read_exit))
    return run_all(jobs, 2)


def craft():
    for part in ("web", "tests"):
        subprocess.run(["tools/npm-modules", part], cwd=ROOT, check=True)  # here: two checks at once would install them both
    checks = sorted(glob.glob(os.path.join(ROOT, "tools/check-*")))
    return run_all([("craft/" + os.path.basename(c)[6:], [c], environment("test"), 300, read_exit) for c in checks], 2)


def churn(kind):
    """The media server alone under churn, built with other sanitizers: what they find ends it with another exit code."""
    host = "tests/bench/sfu-host"
    build(kind, host)
    return node_suite("media", "release", LONG_CHURN_S + 600, "churn",
                      {"TRETEAU_CHURN_SECONDS": str(LONG_CHURN_S), "TRETEAU_CHURN_HOST": os.path.join(ROOT, "build", kind, host)})


def days():
    """Recordings of long days in compressed time, the child built with the address sanitizer."""
    build("test")
    env = environment("test")
    return run_all([(f"record-day-{hours}h", [os.path.join(ROOT, "build/test/src/record/test-record-day"), "--tap"],
                     env | {"TRETEAU_DAY_HOURS": str(hours), "TRETEAU_DAY_ROOMS": str(rooms)}, seconds, read_tap)
                    for hours, rooms, seconds in LONG_DAYS])


def long():
    """What takes hours: docs/long-run.md says when it was last done and what it found."""
    total = Tally()
    for part in (lambda: node_suite("attack", "release", 4 * 3600, "injection", {"TRETEAU_LONG": "1"}),
                 lambda: node_suite("attack", "release", 1800, "hardening", {"TRETEAU_LONG": "1"}),
                 lambda: node_suite("faults", "release", 2 * 3600, "kill", {"TRETEAU_LONG": "1"}),
                 lambda: churn("test"), lambda: churn("thread"), days,
                 lambda: fuzz(f"-max_total_time={LONG_FUZZ_S}", LONG_FUZZ_S + 300)):
        total.add(part())
    return total


SUITES = {f.__name__: f for f in (craft, unit, http, formats, fuzz, media, faults, attack, browser)}
BY_NAME_ALONE = {"long": long}


def main(names):
    os.makedirs(LOGS, exist_ok=True)
    suites = SUITES | BY_NAME_ALONE
    unknown = [n for n in names if n not in suites]
    if unknown:
        print(f"./test: there is no suite '{unknown[0]}'; there are: {' '.join(suites)}", file=sys.stderr)
        return 2
    total = Tally()
    for name in names or SUITES:
        started = time.monotonic()
        print(f"{name}")
        sys.stdout.flush()
        try:
            tally = suites[name]()
        except subprocess.CalledProcessError as failure:
            tally = Tally()
            tally.failed = 1
            print(f"  {failure}")
        if tally.passed + tally.failed == 0:
            tally.failed = 1
            print("  an empty suite is a failed one")
        print(f"  {time.monotonic() - started:.0f} s")
        total.add(tally)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


sys.exit(main(sys.argv[1:]))
