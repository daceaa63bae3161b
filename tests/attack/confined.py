#!/usr/bin/python3
"""confined.py UNIT COMMAND…: runs COMMAND under the system call filter of a systemd unit, where there is no systemd.

What systemd makes of SystemCallFilter=, SystemCallErrorNumber=EPERM, RestrictAddressFamilies=, MemoryDenyWriteExecute= and
RestrictNamespaces=, by libseccomp; the sets (@system-service) are expanded by systemd-analyze, as the unit's own systemd would.
"""
import errno
import os
import re
import socket
import subprocess
import sys

import seccomp
from seccomp import Arg, EQ, MASKED_EQ

PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
NAMESPACES = 0x7E020080  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME


def settings(unit, name):
    with open(unit, encoding="utf-8") as lines:
        return re.findall(rf"^{name}=(.*)$", lines.read(), re.M)


def read_sets():
    """Name of each set → what stands in it: calls and other sets."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], check=True, capture_output=True, text=True).stdout
    sets, inside = {}, []
    for line in text.splitlines():
        word = line.strip()
        if line.startswith("@"):
            inside = sets.setdefault(word, [])
        elif line.startswith(" ") and not word.startswith("#"):
            inside.append(word)
    return sets


def expand(name, sets):
    """The calls of a set, sets inside it included; a call is itself."""
    if not name.startswith("@"):
        return {name}
    return set().union(*(expand(one, sets) for one in sets[name]))


def allowed_calls(unit):
    sets, allowed = read_sets(), set()
    for line in settings(unit, "SystemCallFilter"):
        calls = set().union(*(expand(one, sets) for one in line.lstrip("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed | expand("@default", sets)


def rules_of(call, families):
    """Each a list of conditions; one that holds lets the call pass."""
    if call == "socket":
        return [[Arg(0, EQ, getattr(socket, family))] for family in families]
    if call in ("mmap", "mmap2"):
        return [[Arg(2, MASKED_EQ, PROT_WRITE | PROT_EXEC, prot)] for prot in (0, PROT_WRITE, PROT_EXEC)]
    if call in ("mprotect", "pkey_mprotect"):
        return [[Arg(2, MASKED_EQ, PROT_EXEC, 0)]]
    if call == "shmat":
        return [[Arg(2, MASKED_EQ, SHM_EXEC, 0)]]
    if call in ("clone", "unshare"):
        return [[Arg(0, MASKED_EQ, NAMESPACES, 0)]]
    return [[]]


def confine(unit):
    [families] = settings(unit, "RestrictAddressFamilies")
    assert settings(unit, "MemoryDenyWriteExecute") == settings(unit, "RestrictNamespaces") == ["yes"]
    assert settings(unit, "SystemCallErrorNumber") == ["EPERM"]
    allowed = allowed_calls(unit) - {"clone3", "setns"}
    calls = seccomp.SyscallFilter(defaction=seccomp.ERRNO(errno.EPERM))
    calls.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags are out of a filter's reach: glibc then takes clone
    for call in sorted(allowed):
        try:
            number = seccomp.resolve_syscall(seccomp.Arch(), call)
        except (ValueError, RuntimeError):
            continue
        if number < 0:
            continue  # of another machine
        for conditions in rules_of(call, families.split()):
            calls.add_rule(seccomp.ALLOW, call, *conditions)
    calls.load()


confine(sys.argv[1])
os.execvp(sys.argv[2], sys.argv[2:])
