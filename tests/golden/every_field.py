#!/usr/bin/env python3
"""every_field.py ORRERY SOURCE STUDY.yaml [EVERY]: each field of a study wrong in each way.

The study holds a field a line. Each value is replaced, dropped, spelt wrong or said twice. Whatever
was done, `orrery run --json` must answer within seconds with exit code 0, 2 or 3; on 2 stdout is
empty and every line of stderr is `file:line:column: /pointer: ... saw X; expected Y`; on 0 and 3 it
is JSON of finite numbers.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

WRONG = ["-1", "0", "0.3", "1.5", "3", "7", "99999999999", "2147483648", "9007199254740993", "1e308", "1e-300", "-1e30",
         ".nan", "nan", ".inf", "inf", "null", "~", "", "true", "maybe", "\"8\"", "''", "[]", "[1, 2]", "{}", "{a: 1}",
         "8 GB", "8 GiB/s", "-3 s", "1e400 s", "0 s", "ünïcode", "*nowhere", "!!int x", "0.25", "2", "1000000", "1e9", "1 T", "[[[]]]", "a/b.json", "../x"]
MESSAGE = re.compile(r"^[^:]+:\d+:\d+: /\S*: (\S+: )?saw .*; expected .+$")


def fields(lines):
    for i, line in enumerate(lines):
        match = re.match(r"^(\s*)([\w]+):(.*)$", line)
        if match:
            yield i, *match.groups()


def mutations(text):
    lines = text.split("\n")
    for i, indent, key, value in fields(lines):
        end = i + 1
        while end < len(lines) and lines[end].startswith(indent + " "):
            end += 1
        def replaced(new):
            return "\n".join(lines[:i] + new + lines[end:])
        for wrong in WRONG:
            yield f"{key}: {wrong}", replaced([f"{indent}{key}: {wrong}"])
        yield f"no {key}", replaced([])
        yield f"{key}z", replaced([f"{indent}{key}z:{value}"] + lines[i + 1:end])
        yield f"{key} twice", replaced(lines[i:end] * 2)


def judge(orrery, environment, folder, number, what, text):
    path = pathlib.Path(folder) / f"{number}.yaml"
    path.write_text(text)
    try:
        done = subprocess.run([orrery, "run", path.name, "--json"], cwd=folder, env=environment, timeout=20,
                              stdin=subprocess.DEVNULL, capture_output=True)
    except subprocess.TimeoutExpired:
        return f"{what}: no answer in 20 s"
    stderr = done.stderr.decode("utf-8", "backslashreplace")
    if done.returncode not in (0, 2, 3):
        return f"{what}: exit code {done.returncode}: {stderr[:300]}"
    if done.returncode == 2:
        if done.stdout:
            return f"{what}: stdout is not empty"
        bad = [l for l in stderr.splitlines() if not MESSAGE.match(l)]
        return f"{what}: {bad[0] if bad else 'no message'}" if bad or not stderr else None
    def refuse(constant):
        raise ValueError(constant)
    try:
        json.loads(done.stdout, parse_constant=refuse)
    except ValueError as error:
        return f"{what}: not JSON of finite numbers: {error}"
    return None


def main():
    orrery, source = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    environment = dict(os.environ, ORRERY_CATALOG=str(source / "catalog"))
    cases = list(mutations(pathlib.Path(sys.argv[3]).read_text()))[::every]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(judge, orrery, environment, folder, n, *case) for n, case in enumerate(cases)]
        failures = [f for f in (job.result() for job in jobs) if f]
    print("\n".join(failures))
    print(f"{len(cases)} studies, {len(failures)} answered wrongly")
    sys.exit(1 if failures else 0)


main()
