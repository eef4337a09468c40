#!/usr/bin/env python3
"""page_blocks.py PAGE.md TEST.test: every command and every file of the page's code blocks stands in the golden test.

A command is a line `$ orrery ...`; the test may write {examples} for examples, and pipe it on. A file is a block without one.
"""
import pathlib
import re
import sys

page, test = (pathlib.Path(a).read_text() for a in sys.argv[1:3])
commands = [line[2:] for line in test.replace("{examples}", "examples").splitlines() if line.startswith("$ ")]
written = "".join(line[2:] + "\n" for line in test.splitlines() if line.startswith("| "))
missing = []
for block in re.findall(r"^ *```\n(.*?)^ *```", page, re.S | re.M):
    asked = [line[2:] for line in block.splitlines() if line.startswith("$ orrery")]
    missing += [a for a in asked if not any(c == a or c.startswith(a + " |") for c in commands)]
    if not asked and ":" in block.splitlines()[0] and block not in written:
        missing.append(block.splitlines()[0] + " ...")
print("\n".join(f"{sys.argv[2]}: does not hold what the page shows: {m}" for m in missing) or "page: ok")
sys.exit(bool(missing))
