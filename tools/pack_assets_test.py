#!/usr/bin/env python3
"""pack_assets_test.py PACK_ASSETS: hashed addresses, imports rewritten through chains, what is refused. TAP."""
import os
import re
import subprocess
import sys
import tempfile

PACK = sys.argv[1]
number = failures = 0


def report(right, name, details=""):
    global number, failures
    number += 1
    failures += not right
    print(f"{'ok' if right else 'not ok'} {number} - {name}")
    for line in [] if right else str(details).splitlines():
        print(f"# {line}")


def pack(files):
    """files: name → text. Returns (exit code, message, {name: (path, bytes)})."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = []
        for i, (name, text) in enumerate(files.items()):
            path = os.path.join(folder, f"{i}.src")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            arguments += [name, path]
        out = os.path.join(folder, "out.c")
        done = subprocess.run([PACK, out, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        if done.returncode:
            return done.returncode, done.stderr, {}
        with open(out, encoding="utf-8") as file:
            made = file.read()
    arrays = {i: bytes(int(n) for n in body.replace("\n", "").split(","))
              for i, body in re.findall(r"bytes_(\d+)\[\] = \{(.*?),?0 \};", made, re.S)}
    table = re.findall(r'\{ "([^"]+)", "([^"]+)", "[^"]+", bytes_(\d+), (\d+)', made)
    return 0, "", {name: (path, arrays[i][:int(size)].decode()) for name, path, i, size in table}


def main():
    print("1..13")
    _, said, one = pack({"a/x.css": "p{}", "b.svg": "<svg/>"})
    report(re.fullmatch(r"/static/a/x-[0-9a-f]{12}\.css", one.get("a/x.css", ("",))[0]), "address with hash", said or one)
    _, _, changed = pack({"a/x.css": "p{} "})
    report(changed["a/x.css"][0] != one["a/x.css"][0], "another content, another address")

    tree = {"live/room.js": 'import { c } from "./chat.js";\nimport "../web/base.js";\nexport * from \'preact\';\n'
                            'const later = import("./chat.js");\n',
            "live/chat.js": 'import {h} from"preact"\n', "web/base.js": "export const a = 1;\n", "preact.js": "export let h;\n"}
    _, said, packed = pack(tree)
    room = packed.get("live/room.js", ("", ""))[1]
    path = {name: value[0] for name, value in packed.items()}
    report(f'from "{path.get("live/chat.js")}"' in room and f'import "{path.get("web/base.js")}"' in room, "relative", said or room)
    report(f"from '{path.get('preact.js')}'" in room, "by bare name", room)
    report(f'import("{path.get("live/chat.js")}")' in room, "dynamic", room)
    _, _, deeper = pack({**tree, "preact.js": "export let h = 1;\n"})
    report(deeper["live/room.js"][0] != path["live/room.js"], "a change below changes every address above")

    left = ('let a; // import "./none.js"\n/*! from "./none.js" */\nconst s = \'import "./none.js"\';\nconst t = `from "./none.js"`;\n'
            'const r = /from "\\.\\/none"[/"]/g, d = 4 / 2;\nconst from = x.import ("./none.js");\n')
    _, said, kept = pack({"a.js": left})
    report(kept.get("a.js", ("", ""))[1] == left, "licences, comments beside code, strings, patterns stay", said or kept)
    _, _, kept = pack({"a.js": '/** @param {x}\n * y */\nlet a;\n  // "./none.js"\n  a = `\n// kept`; /* here */ let b;\n'})
    report(kept["a.js"][1] == "let a;\n  a = `\n// kept`; /* here */ let b;\n", "a comment with lines of its own is left out", kept)
    _, _, kept = pack({"a.js": 'const a = /** @type {x} */ (b), /** c */ d = 1;\nf(/** @type {y} */ (z));\nreturn/** @type {x} */q;\n/***/ 1 /** a\n */ + 2;\n'})
    report(kept["a.js"][1] == "const a = (b), d = 1;\nf((z));\nreturn/** @type {x} */q;\n/***/ 1 /** a\n */ + 2;\n", "JSDoc on one line is left out, where no two words are joined", kept)
    _, _, kept = pack({"a.js": 'import "https://elsewhere.example/x.js";\n'})
    report('"https://elsewhere.example/x.js"' in kept["a.js"][1], "what is no asset stays")

    code, said, _ = pack({"a.js": 'import "./none.js";\n'})
    report(code == 1 and 'imports "./none.js", and no asset is named none.js' in said, "missing import refused", said)
    code, said, _ = pack({"a.js": 'import "./b.js";', "b.js": 'import "./a.js";'})
    report(code == 1 and "imports itself in a circle" in said, "circle refused", said)
    code, said, _ = pack({"a.exe": "x"})
    report(code == 1 and "no content type is known" in said, "unknown type refused", said)
    return 1 if failures else 0


sys.exit(main())
