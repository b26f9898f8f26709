"""Writes normalization.gz from UnicodeData.txt and CompositionExclusions.txt (Unicode 15.0): one line a character,
`code;combining class;decomposition`, where a compatibility decomposition starts with `~` and a canonical one that never
composes again with `!`.

    python3 make_normalization.py /usr/share/unicode
"""
import gzip
import sys

folder = sys.argv[1]
rows = [line.split(";") for line in open(f"{folder}/UnicodeData.txt", encoding="utf-8")]
classes = {int(r[0], 16): int(r[3]) for r in rows}
excluded = {
    int(line.split("#")[0], 16)
    for line in open(f"{folder}/CompositionExclusions.txt", encoding="utf-8")
    if line.split("#")[0].strip()
}
lines = []
for row in rows:
    code, combining, parts = int(row[0], 16), int(row[3]), row[5].split()
    if combining == 0 and not parts:
        continue
    mark = ""
    if parts and parts[0].startswith("<"):
        mark, parts = "~", parts[1:]
    elif parts:
        # Singletons and decompositions that start with a mark never compose again (UAX #15).
        never = code in excluded or len(parts) == 1 or combining != 0 or classes[int(parts[0], 16)] != 0
        mark = "!" if never else ""
    lines.append(f"{code:X};{combining};{mark}{' '.join(parts)}")
with open("normalization.gz", "wb") as out, gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as packed:
    packed.write("\n".join(lines).encode() + b"\n")
