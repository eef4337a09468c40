#!/usr/bin/env python3
"""determinism_test.py SOURCE ORRERY [ORRERY...]: the same bytes of JSON from each example, run twice,
from another folder, in another locale and time zone, and from each of the programs given. Network studies say
how long they took: that line is left out."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

source = pathlib.Path(sys.argv[1]).resolve()
programs = [str(pathlib.Path(p).resolve()) for p in sys.argv[2:]]
environment = dict(os.environ, ORRERY_CATALOG=str(source / "catalog"))
examples = sorted((source / "examples").glob("*.yaml")) + sorted((source / "examples/network").glob("*.yaml"))
failures = 0


def answer(program, path, folder, **extra):
    done = subprocess.run([program, "run", path, "--json"], cwd=folder, env=dict(environment, **extra), timeout=120,
                          stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode not in (0, 3):
        print(f"{path}: exit code {done.returncode}: {done.stderr.decode()[:500]}")
    return done.returncode, re.sub(rb'"cpu_s": [^\n]*', b"", done.stdout)


with tempfile.TemporaryDirectory() as elsewhere:
    for example in examples:
        first = answer(programs[0], str(example.relative_to(source)), source)
        others = {"twice": answer(programs[0], str(example.relative_to(source)), source),
                  "from another folder": answer(programs[0], str(example), elsewhere, LC_ALL="de_DE.UTF-8", TZ="Asia/Tokyo")}
        others.update({p: answer(p, str(example), elsewhere) for p in programs[1:]})
        for what, other in others.items():
            if other != first or first[0] not in (0, 3):
                failures += 1
                print(f"{example.name}: {what}: other bytes")
print(f"{len(examples)} examples, {len(programs)} programs, {failures} differences")
sys.exit(1 if failures or not examples else 0)
