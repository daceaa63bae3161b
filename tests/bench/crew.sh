#!/bin/sh
# What a turn of a large room takes one core alone, and with the others' help; JSON lines go to build/bench/crew.jsonl.
set -eu
build/release/tests/bench/bench-crew | tee build/bench/crew.jsonl
