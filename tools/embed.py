#!/usr/bin/env python3
"""Writes text files as a C table: embed.py OUT.c TABLE NAME=FILE … gives
`const EmbeddedText TABLE[] = { { "NAME", "text" }, …, { 0 } }` (store/embedded.h)."""
import sys

out, table, pairs = sys.argv[1], sys.argv[2], sys.argv[3:]


def literal(text):
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return "\n".join(f'        "{line}\\n"' for line in text.splitlines()) or '""'


with open(out, "w", encoding="utf-8") as file:
    file.write('#include "store/embedded.h"\n')
    file.write(f"const EmbeddedText {table}[] = {{\n")
    for pair in pairs:
        name, path = pair.split("=", 1)
        with open(path, encoding="utf-8") as source:
            file.write(f'{{ "{name}",\n{literal(source.read())} }},\n')
    file.write("{ 0 } };\n")
