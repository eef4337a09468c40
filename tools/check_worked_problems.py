"""Every problem that docs/models/worked-problems.md calls answered is named in a test, and no test names another.

  check_worked_problems.py REPOSITORY
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
page, _, rest = (root / "docs/models/worked-problems.md").read_text().partition("Not reproduced")
answered = set(re.findall(r"\| ((?:roofline|tpus|shard|tf|train|at|inf|ai)-[\w-]+)", page))
missed = set(re.findall(r"((?:train|at|ai)-[\w-]+)", rest))
named = set()
for test in (root / "tests/unit/accuracy").glob("worked_problems*.cpp"):
    text = test.read_text()
    for line in re.findall(r"// (.*)", text):
        # "at-flops, at-total: ..." and "tpus-q2a, q2b: ..."
        for first in re.findall(r"((?:roofline|tpus|shard|tf|train|at|inf|ai)-[\w-]+(?:, q\w+)*)", line):
            head = first.split(",")[0]
            named.add(head)
            named.update(head.split("-")[0] + "-" + other.strip() for other in first.split(",")[1:])
    named.update(re.findall(r"// (tf-q1)\b", text) and ["tf-q1a", "tf-q1b", "tf-q1c"])
lost = sorted(i for i in answered if i not in named)
both = sorted(answered & missed)
for i in lost:
    print(f"{i}: answered by the page, named in no test")
for i in both:
    print(f"{i}: answered and not reproduced at once")
print("worked problems: ok" if not lost and not both else "worked problems: the page and the tests differ")
sys.exit(bool(lost or both))
