"""Fails when a file under src/orrery includes a module that its own module may not use, or is over long."""
import pathlib
import re
import sys

FLOOR = ["base", "des", "hw", "ops", "report"]
L2 = ["compute", "network"]
L3 = ["collective", "model"]
UP_TO_L5 = FLOOR + L2 + L3 + ["program", "execute"]
UP_TO_L7 = UP_TO_L5 + ["training", "serving", "import", "cost"]
ALLOWED = {  # one direction only: a module may use the ones listed, and itself
    "base": [],
    "des": ["base"], "hw": ["base"], "ops": ["base"], "report": ["base"],
    "compute": FLOOR,
    "network": ["base", "des", "hw", "report"],
    "collective": ["base", "des", "hw", "report", "network"],
    "model": ["base", "ops", "report"],
    "program": FLOOR + L2 + L3,
    "execute": FLOOR + L2 + L3 + ["program"],
    "training": UP_TO_L5, "serving": UP_TO_L5,
    "import": ["base", "hw", "ops", "report", "model", "network", "program"],
    "cost": UP_TO_L5 + ["training", "serving", "import"],
    "planner": UP_TO_L7, "insight": UP_TO_L7,
    "study": UP_TO_L7 + ["planner", "insight"],
    "search": UP_TO_L7 + ["planner", "insight", "study"],
    "accuracy": UP_TO_L7 + ["planner", "insight", "study"],
}
LONGEST = 500  # lines


def offences(root: pathlib.Path):
    for path in sorted(p for p in root.rglob("*") if p.suffix in (".hpp", ".cpp")):
        module = path.relative_to(root).parts[0]
        lines = path.read_text().splitlines()
        if module not in ALLOWED:
            yield f"{path}: no module is called {module}"
            continue
        if len(lines) > LONGEST:
            yield f"{path}: {len(lines)} lines; at most {LONGEST}, one idea a file"
        for number, line in enumerate(lines, 1):
            found = re.match(r'\s*#include "orrery/(\w+)/', line)
            if found and found[1] not in (module, *ALLOWED[module]):
                yield f"{path}:{number}: {module} may not include {found[1]}"


if __name__ == "__main__":
    bad = list(offences(pathlib.Path(sys.argv[1])))
    print("\n".join(bad) or "layers: ok")
    sys.exit(bool(bad))
