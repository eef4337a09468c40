"""Checks the pages: links between them resolve, none is over long, the layer table is that of check_layers.py, and code
that follows a line `<!-- from FILE -->` stands in that file, but for indentation, empty lines and parts left out (`...`).

  check_docs.py REPOSITORY
"""
import pathlib
import re
import sys

import check_layers

LONGEST = 120  # lines; generated pages and tables are exempt
EXEMPT = {"docs/reference/study.md", "docs/reference/network.md", "docs/accuracy.md"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def pages(root):
    yield from sorted(root.glob("*.md"))
    yield from sorted(root.glob("validation/*.md"))
    yield from sorted(root.glob("examples/*.md"))
    yield from sorted(root.glob("docs/**/*.md"))


def headings(page):
    found = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in found}


def bad_links(root, page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    text = re.sub(r"`[^`\n]*`", "", text)
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            yield f"{page.relative_to(root)}: links to {target}, which is not there"
        elif anchor and file.suffix == ".md" and anchor not in headings(file):
            yield f"{page.relative_to(root)}: links to {target}, and that page has no such heading"


QUOTE = re.compile(r"<!-- from (\S+) -->\s*```\w*\n(.*?)```", re.S)


def lines_of(text):
    return [line.strip() for line in text.strip("\n").splitlines() if line.strip()]


def bad_quotes(root, page):
    """Each run of lines between `...` must stand in the file, in this order; indentation is the page's own."""
    for file, quote in QUOTE.findall(page.read_text()):
        text = lines_of((root / file).read_text()) if (root / file).exists() else []
        at = 0
        for part in map(lines_of, re.split(r"^ *\.\.\.\n", quote, flags=re.M)):
            starts = [i for i in range(at, len(text)) if text[i:i + len(part)] == part]
            if not starts:
                yield f"{page.relative_to(root)}: quotes {file} as it is not: {part[0]}"
                break
            at = starts[0] + len(part)


def layer_table(page):
    """module -> modules it may include, from the rows `| module | a b c |` of the page."""
    table = {}
    for line in page.read_text().splitlines():
        found = re.fullmatch(r"\| `(\w+)` \| ([\w ]*|-) \|.*", line)
        if found:
            table[found[1]] = set(found[2].replace("-", "").split())
    return table


def offences(root):
    for page in pages(root):
        name = str(page.relative_to(root))
        lines = len(page.read_text().splitlines())
        if lines > LONGEST and name not in EXEMPT:
            yield f"{name}: {lines} lines; at most {LONGEST}"
        yield from bad_links(root, page)
        yield from bad_quotes(root, page)
    table = layer_table(root / "docs/architecture.md")
    for module, allowed in check_layers.ALLOWED.items():
        if module not in table:
            yield f"docs/architecture.md: the table lacks {module}"
        elif table[module] != set(allowed):
            yield f"docs/architecture.md: {module}: differs from tools/check_layers.py: {sorted(table[module] ^ set(allowed))}"
    for module in table.keys() - check_layers.ALLOWED.keys():
        yield f"docs/architecture.md: the table has {module}, tools/check_layers.py has not"


if __name__ == "__main__":
    bad = list(offences(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(bad) or "docs: ok")
    sys.exit(bool(bad))
