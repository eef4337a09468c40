#!/usr/bin/env python3
"""measure.py: times kernels of this machine's GPU into the CSV tables that `orrery calibrate` reads.

    python3 measure/measure.py --out measured/            # the 5-minute set
    python3 measure/measure.py --out measured/ --set 30min --ops matmul,attention

One table an op (matmul.csv, attention_prefill.csv, ...), a line a kernel, written as soon as it is known: a run that was
cut off goes on where it stopped. Device, date and software versions stand in run.json beside them.
"""
import argparse
import datetime
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import sets  # noqa: E402
import tables  # noqa: E402


def backend_named(name):
    if name == "stub":
        from backends import stub
        return stub.Backend()
    from backends import torch_backend
    return torch_backend.Backend()


def measure(backend, cases, out, say=print, clock=time.monotonic):
    """Times every case that its table lacks; returns how many were timed, known and impossible here."""
    timed = known = impossible = 0
    start = clock()
    for number, case in enumerate(cases):
        table = tables.Table(out / f"{case.table}.csv", tables.COLUMNS[case.table])
        row = {"device": backend.device, **case.shape}
        if table.has(row):
            known += 1
            continue
        try:
            result = backend.time(case)
        except Exception as problem:  # out of memory, or a kernel that this software lacks: said, and passed over
            say(f"{case}: not measured ({type(problem).__name__}: {str(problem).splitlines()[0] if str(problem) else ''})")
            impossible += 1
            continue
        table.add({**row, **result, "source": backend.source})
        timed += 1
        if timed % 50 == 0:
            passed = clock() - start
            left = passed / (number + 1) * (len(cases) - number - 1)
            say(f"{number + 1} of {len(cases)} kernels, about {left:.0f} s left")
    return timed, known, impossible


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder of the tables")
    parser.add_argument("--set", choices=sorted(sets.SETS), default="5min", help="how much to measure")
    parser.add_argument("--ops", default="", help="comma-separated tables; all by default: " + ", ".join(tables.COLUMNS))
    parser.add_argument("--backend", choices=["torch", "stub"], default="torch", help="stub: no GPU, times from a formula")
    options = parser.parse_args(arguments)
    wanted = [o for o in options.ops.split(",") if o]
    unknown = [o for o in wanted if o not in tables.COLUMNS]
    if unknown:
        parser.error(f"saw {', '.join(unknown)}; expected some of {', '.join(tables.COLUMNS)}")
    try:
        backend = backend_named(options.backend)
    except RuntimeError as problem:
        print(problem, file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    cases = [c for c in sets.SETS[options.set]() if not wanted or c.table in wanted]
    cases = [c for c in cases if backend.can(c)]
    facts = {"device": backend.device, "date": datetime.date.today().isoformat(), "set": options.set, **backend.software}
    (options.out / "run.json").write_text(json.dumps(facts, indent=2) + "\n")
    timed, known, impossible = measure(backend, cases, options.out)
    print(f"{timed} kernels timed, {known} were known, {impossible} cannot be measured here; tables in {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
