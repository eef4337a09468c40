"""measure.py against the stub backend: schema, resumption, refusal without a GPU, and that calibrate reads it.

  measure_test.py SOURCE ORRERY
"""
import csv
import pathlib
import subprocess
import sys
import tempfile

source, orrery = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
sys.path.insert(0, str(source / "measure"))
import sets  # noqa: E402
import tables  # noqa: E402


def run(*words):
    return subprocess.run([sys.executable, str(source / "measure/measure.py"), *words], capture_output=True, text=True)


def check(condition, what):
    if not condition:
        sys.exit(f"measure_test: {what}")


with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder) / "measured"
    done = run("--out", str(out), "--backend", "stub")
    check(done.returncode == 0, done.stderr)
    cases = sets.five_minutes()
    written = {t: list(csv.DictReader((out / f"{t}.csv").open())) for t in tables.COLUMNS}
    check(sum(map(len, written.values())) == len(cases), "a line for each kernel of the set")
    for table, rows in written.items():
        check(list(rows[0]) == tables.COLUMNS[table], f"columns of {table}")
    # 2 m n k / 1e15 and the bytes / 3e12, as the stub says.
    row = next(r for r in written["matmul"] if (r["m"], r["n"], r["k"]) == ("4096", "4096", "4096"))
    expected = 1 + 1e6 * (2 * 4096 ** 3 / 1e15 + 6 * 4096 ** 2 / 3e12)
    check(abs(float(row["latency_us"]) - expected) < 1e-3, f"{row['latency_us']} us for {expected}")

    # Cut off in the middle of a line: that kernel is timed again, the others are known.
    path = out / "matmul.csv"
    whole = path.read_text()
    path.write_text(whole[:-10])
    again = run("--out", str(out), "--backend", "stub")
    check(f"1 kernels timed, {len(cases) - 1} were known" in again.stdout, again.stdout)
    check(path.read_text() == whole, "the same table again")

    check(run("--out", str(out), "--ops", "sort").returncode == 2, "an unknown table is refused")
    try:
        import torch
        has_gpu = torch.cuda.is_available()
    except ImportError:
        has_gpu = False
    if not has_gpu:
        refused = run("--out", str(pathlib.Path(folder) / "none"))
        check(refused.returncode == 2 and "needs an NVIDIA GPU" in refused.stderr, refused.stderr)
        check(not (pathlib.Path(folder) / "none").exists(), "nothing is written without a GPU")

    fit = subprocess.run([orrery, "calibrate", str(path), "--chip", "h100-sxm", "--share", "0.5", "--out",
                          str(pathlib.Path(folder) / "fitted.yaml")], capture_output=True, text=True)
    check(fit.returncode == 0 and "matmul bfloat16" in fit.stdout, fit.stdout + fit.stderr)
print("measure: ok")
