"""Writes the fields of studies into docs/reference/study.md and network.md, between their two marker lines.

  make_reference.py ORRERY [--check]

ORRERY is the program; it is asked `describe KIND --json`. With --check nothing is written, and the exit status is 1
when a page differs.
"""
import json
import pathlib
import subprocess
import sys

KINDS = [  # kind of `orrery describe`, heading, what it stands in
    ("plan", "plan", "`plan:` of a study. `precision` may also be one word such as `bf16`: the usual set for that format."),
    ("batch", "batch", "`batch:` of a study. Training reads the first five, serving the last three."),
    ("published", "published", "`published:` of a study: a measured figure, to print our error beside it."),
    ("cluster", "cluster", "A file under `catalog/clusters/`, or `cluster:` of a study written out."),
    ("chip", "chip", "A file under `catalog/chips/`."),
    ("model", "model", "A file under `catalog/models/`, or `model:` of a study written out."),
    ("stack", "stack", "A file under `catalog/calibration/stacks/`, named by `stack:` of a study."),
]
NETWORK_KINDS = [
    ("link", "link", "`cluster.link` of a network study, and the links that a topology names for itself."),
    ("failed", "failed", "`failed` of any topology: what of it is broken. What is left must join all endpoints."),
    ("collective", "collective", "`collective:` of a study with `task: collective`; beside these `size`, one or a list."),
    ("traffic", "traffic", "`traffic:` of a study with `task: traffic`; or `file:`, a CSV with columns from, to, size and start; or `chakra:`, one execution trace (with `ranks:`) or the PREFIX of PREFIX.0.et and so on."),
    ("placement", "placement", "`placement:` of a collective's study, or one of the strategies alone."),
    ("background", "background", "Each item of `background:`: flows that start at random as long as what is asked is not over; `load` is required."),
    ("neighbour", "neighbours", "Each item of `neighbours:`: a collective of another job, again and again."),
    ("packet", "packet", "`packet:` of a network study with `fabric: packet`."),
]
BEGIN, END = "<!-- fields: begin -->", "<!-- fields: end -->"


def cell(text):
    return str(text).replace("|", "\\|")


def section(program, kind, heading, intro):
    answer = subprocess.run([program, "describe", *kind.split(), "--json"], check=True, capture_output=True, text=True).stdout
    lines = [f"## {heading}", "", intro, "", "| field | value | default | meaning |", "|---|---|---|---|"]
    for f in json.loads(answer)["fields"]:
        fallback = "required" if f["required"] else f["default"]
        lines.append(f"| `{f['key']}` | {cell(f['type'])} | {cell(fallback)} | {cell(f['doc'])} |")
    return "\n".join(lines) + "\n"


def topology_kinds(program):
    answer = subprocess.run([program, "list", "topologies", "--json"], check=True, capture_output=True, text=True).stdout
    return [(f"topology {t['name']}", f"topology: {t['name']}", t["summary"].capitalize() + ".") for t in json.loads(answer)]


def write(program, page, kinds, check):
    old = page.read_text()
    head, rest = old.split(BEGIN)
    tail = rest.split(END)[1]
    new = head + BEGIN + "\n" + "\n".join(section(program, *k) for k in kinds) + END + tail
    if check and new != old:
        print(f"{page}: differs from the program; run tools/make_reference.py")
    elif not check:
        page.write_text(new)
    return int(check and new != old)


def main(program, check):
    folder = pathlib.Path(__file__).resolve().parent.parent / "docs/reference"
    differs = write(program, folder / "study.md", KINDS, check)
    differs += write(program, folder / "network.md", NETWORK_KINDS + topology_kinds(program), check)
    if check and not differs:
        print("reference: ok")
    return int(differs > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv[2:]))
