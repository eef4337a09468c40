#!/usr/bin/env python3
"""run_golden.py ORRERY SOURCE TEST.test...: what a user sees, as data.

    # a comment
    = study.yaml                          a file of the test, in an empty folder; its lines follow
    | task: train
    = bad.yaml from study.yaml            the same with one text replaced; it must stand there once
    - tensor: 8
    + tensor: 0
    $ orrery run bad.yaml                 a command; {examples} is the folder of examples
    > bad.yaml:3:16: /plan/tensor: saw 0; expected 1 or more
    > ...                                 any lines; ... inside a line is any text
    exit 2

Lines after `>` are stdout, then stderr. Exit code 2 must leave stdout empty; code 1 is never right.
With --update the `>` and exit lines are rewritten from what was seen: read them before committing.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile


class Mistake(Exception):
    pass


def pattern(lines):
    out = []
    for line in lines:
        if line == "...":
            out.append(r"(?:.*\n)*?")
        else:
            out.append(".*".join(re.escape(part) for part in line.split("...")) + "\n")
    return re.compile("".join(out) + r"\Z")


class Runner:
    def __init__(self, orrery, source, folder):
        self.orrery, self.source, self.folder = orrery, source, pathlib.Path(folder)
        self.environment = dict(os.environ, ORRERY_CATALOG=str(source / "catalog"),
                                ORRERY_VALIDATION=str(source / "validation"), NO_COLOR="1")

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def replace(self, name, base, old, new):
        text = (self.folder / base).read_text()
        if text.count(old) != 1:
            raise Mistake(f"'{old}' stands {text.count(old)} times in {base}; expected once")
        self.write(name, text.replace(old, new))

    def run(self, command):
        command = command.replace("{examples}", str(self.source / "examples"))
        if "orrery" not in command:
            raise Mistake(f"saw the command '{command}'; expected one with orrery")
        shell = f'orrery() {{ "{self.orrery}" "$@"; }}\n{command}'
        done = subprocess.run(["bash", "-c", shell], cwd=self.folder, env=self.environment, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True)
        text = [t.decode("utf-8", "backslashreplace").replace(str(self.source) + "/", "")
                for t in (done.stdout, done.stderr)]
        return done.returncode, text[0], text[1]


def blocks(lines):
    """(kind, first line number, head, body lines) of each directive."""
    out = []
    for number, line in enumerate(lines, 1):
        if line.startswith(("$ ", "= ")):
            out.append([line[0], number, line[2:], []])
        elif line.startswith(("|", ">", "- ", "+ ", "exit ")) and out:
            out[-1][3].append(line)
        elif line.strip() and not line.startswith("#"):
            raise Mistake(f"{number}: saw '{line}', which is no directive")
    return out


def check(runner, head, body):
    wanted = [l[2:] if len(l) > 1 else "" for l in body if l.startswith(">")]
    code = int(next((l[5:] for l in body if l.startswith("exit ")), "0"))
    status, stdout, stderr = runner.run(head)
    seen = stdout + stderr
    problems = []
    if status != code:
        problems.append(f"saw exit code {status}; expected {code}")
    if status not in (0, 2, 3):
        problems.append(f"saw exit code {status}, which is a bug of ours")
    if status == 2 and stdout:
        problems.append("saw wrong input and something on stdout; expected it empty")
    if wanted and not pattern(wanted).match(seen):
        problems.append("saw other text than expected")
    return problems, status, seen


def run_file(path, orrery, source, update):
    failures, text = 0, path.read_text()
    lines, updated = text.split("\n"), []
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(orrery, source, folder)
        end = 0
        for kind, number, head, body in blocks(lines):
            updated += lines[end:number]
            end = number
            if kind == "=":
                name, _, base = head.partition(" from ")
                if base:
                    old = "\n".join(l[2:] for l in body if l.startswith("- "))
                    new = "\n".join(l[2:] for l in body if l.startswith("+ "))
                    runner.replace(name, base, old, new)
                else:
                    runner.write(name, "".join(l[2:] + "\n" for l in body))
                continue
            problems, status, seen = check(runner, head, body)
            if update:
                while end < len(lines) and lines[end].startswith((">", "exit ")):
                    end += 1
                updated += [f"> {l}" for l in seen.split("\n")[:-1]]
                updated += [f"exit {status}"] if status else []
            elif problems:
                failures += 1
                print(f"{path.name}:{number}: $ orrery {head}")
                print("".join(f"  {p}\n" for p in problems) + "".join(f"  | {l}\n" for l in seen.split("\n")))
        updated += lines[end:]
    if update:
        path.write_text("\n".join(updated))
    return failures


def main():
    arguments = [a for a in sys.argv[1:] if a != "--update"]
    orrery, source = pathlib.Path(arguments[0]).resolve(), pathlib.Path(arguments[1]).resolve()
    failures = 0
    for test in arguments[2:]:
        try:
            failures += run_file(pathlib.Path(test), orrery, source, "--update" in sys.argv)
        except (Mistake, subprocess.TimeoutExpired) as mistake:
            failures += 1
            print(f"{test}: {mistake}")
    sys.exit(1 if failures else 0)


main()
