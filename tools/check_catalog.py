"""Checks catalog/: every number has a source, names match files, references exist, facts agree.

  check_catalog.py CATALOG [HARDWARE.csv]

A number needs `source: {FIELD: ...}` for its top-level field, or `source: {default: ...}`. A chip
that departs by more than 2% from the table of hardware facts says why under `differs: {FIELD: ...}`.
"""
import csv
import pathlib
import re
import sys

import yaml

ROWS = {  # catalog name -> row of hardware.csv
    "v100-sxm2-32gb": "V100-SXM2-32GB", "a100-sxm-40gb": "A100-SXM4-40GB", "a100-sxm-80gb": "A100-SXM4-80GB",
    "a100-pcie-80gb": "A100-PCIe-80GB", "h100-sxm": "H100-SXM5-80GB", "h100-pcie": "H100-PCIe-80GB",
    "h200": "H200-SXM-141GB", "h800": "H800-SXM", "h20": "H20", "l40s": "L40S", "gh200": "GH200-96/141GB",
    "b200": "B200-SXM", "gb200": "GB200 (per GPU, NVL72)", "b300": "B300-SXM", "gb300": "GB300 (per GPU, NVL72)",
    "mi250x": "MI250X", "mi300x": "MI300X", "mi325x": "MI325X", "mi355x": "MI355X", "tpu-v2": "TPU v2",
    "tpu-v3": "TPU v3", "tpu-v4": "TPU v4", "tpu-v5e": "TPU v5e", "tpu-v5p": "TPU v5p",
    "tpu-v6e": "TPU v6e (Trillium)", "tpu-v7": "TPU7x (Ironwood)", "trainium1": "Trainium1",
    "trainium2": "Trainium2", "gaudi2": "Gaudi2", "gaudi3": "Gaudi3", "groq-lpu": "Groq LPU v1",
    "cerebras-wse3": "Cerebras WSE-3",
}
COLUMNS = {  # column of hardware.csv -> field, scale of the column's unit
    "bf16_tflops": (("peak", "bf16"), 1e12), "fp8_tflops": (("peak", "fp8"), 1e12),
    "int8_tops": (("peak", "int8"), 1e12), "fp4_tflops": (("peak", "fp4"), 1e12),
    "hbm_GBps": (("memory", "bandwidth"), 1e9), "hbm_gb": (("memory", "capacity"), 1e9), "tdp_w": (("tdp",), 1),
}
PREFIX = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "Mi": 1e6, "Gi": 1e9}  # sold GB are GiB


def has_number(value):
    if isinstance(value, dict):
        return any(has_number(v) for k, v in value.items() if k not in ("source", "differs"))
    if isinstance(value, list):
        return any(map(has_number, value))
    if isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) or bool(re.match(r"\$?\d[\d.eE+-]*( |/|$)", str(value)))


def quantity(text):
    found = re.match(r"([\d.eE+]+) ?(Mi|Gi|[kMGTP]?)(?=[A-Z])", str(text))
    return float(found[1]) * PREFIX[found[2]] if found else None


def unsourced(path, doc):
    source = doc.get("source")
    if not isinstance(source, dict):
        yield f"{path}: no `source:` map of field to text"
        return
    for field, value in doc.items():
        if field not in ("source", "differs") and has_number(value) and not (source.get(field) or source.get("default")):
            yield f"{path}: '{field}' holds a number without a source"
    for field in source:
        if field != "default" and field not in doc:
            yield f"{path}: source of '{field}', which the file does not hold"


def departures(path, chip, row):
    for column, (field, scale) in COLUMNS.items():
        value = chip
        for key in field:
            value = value.get(key) if isinstance(value, dict) else None
        if not row[column] or value is None:
            continue
        ours, theirs = quantity(value), float(row[column]) * scale
        noted = {field[0], ".".join(field)} & set(chip.get("differs", {}))
        if theirs and abs(ours / theirs - 1) > 0.02 and not noted:
            yield f"{path}: {'.'.join(field)} is {value}, hardware.csv has {row[column]} ({column}); say why under `differs:`"


def problems(catalog, facts):
    docs = {p: yaml.safe_load(p.read_text()) for p in sorted(catalog.rglob("*.yaml"))}
    chips = {p.stem for p in docs if p.parent.name == "chips"}
    fabrics = {d.get("fabric") for p, d in docs.items() if p.parent.name == "collectives"}
    for path, doc in docs.items():
        if path.parent.name in ("chips", "clusters", "memories", "prices"):
            yield from unsourced(path, doc)
            if doc.get("name") != path.stem:
                yield f"{path}: its name is '{doc.get('name')}'; expected '{path.stem}'"
        elif has_number(doc) and not doc.get("source"):
            yield f"{path}: numbers without a `source:`"
        if path.parent.name == "clusters":
            if doc.get("chip") not in chips:
                yield f"{path}: no chip '{doc.get('chip')}' in the catalog"
            for tier in doc["tiers"]:
                if fabrics and tier.get("fabric") not in fabrics:
                    yield f"{path}: no collective calibration of fabric '{tier.get('fabric')}'"
        if path.parent.name == "chips" and ROWS.get(path.stem) in facts:
            yield from departures(path, doc, facts[ROWS[path.stem]])


if __name__ == "__main__":
    table = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    rows = {}
    if table and table.exists():
        with table.open(newline="") as f:
            rows = {r["chip"]: r for r in csv.DictReader(f)}
    bad = list(problems(pathlib.Path(sys.argv[1]), rows))
    print("\n".join(bad) or f"catalog: ok ({'with' if rows else 'without'} the table of hardware facts)")
    sys.exit(bool(bad))
