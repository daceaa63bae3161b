#!/usr/bin/env python3
"""Writes files of any bytes as C: embed_bytes.py OUT.c HEADER NAME=FILE … gives `const uint8_t NAME[]` and
`const size_t NAME_size`, declared in HEADER."""
import sys

out, header, pairs = sys.argv[1], sys.argv[2], sys.argv[3:]

with open(out, "w", encoding="ascii") as file:
    file.write(f'#include "{header}"\n')
    for pair in pairs:
        name, path = pair.split("=", 1)
        with open(path, "rb") as source:
            data = source.read()
        lines = (data[i : i + 32] for i in range(0, len(data), 32))
        text = "\n".join('"' + "".join(f"\\{byte:03o}" for byte in line) + '"' for line in lines)
        file.write(f"const uint8_t {name}[] =\n{text};\nconst size_t {name}_size = {len(data)};\n")
