"""The tables: columns of each op, and files that grow a line at a time."""
import csv
import math

# Shape columns first; then what was measured. Times in microseconds, sizes in elements, power in watts of the whole board.
COLUMNS = {
    "matmul": ["device", "dtype", "m", "n", "k", "latency_us", "power_w", "source"],
    "attention_prefill": ["device", "compute_dtype", "kv_dtype", "batch", "q_len", "kv_len", "q_heads", "kv_heads",
                          "head_dim", "window", "latency_us", "power_w", "source"],
    "attention_decode": ["device", "compute_dtype", "kv_dtype", "batch", "q_len", "kv_len", "q_heads", "kv_heads",
                         "head_dim", "window", "latency_us", "power_w", "source"],
    "moe": ["device", "dtype", "tokens", "hidden", "ffn", "topk", "experts", "tp", "ep", "routing", "latency_us", "kernel",
            "power_w", "source"],
    "stream": ["device", "op", "dtype", "rows", "columns", "latency_us", "power_w", "source"],
    "copy": ["device", "kind", "bytes", "latency_us", "power_w", "source"],
    "launch": ["device", "kind", "latency_us", "power_w", "source"],
}
MEASURED = {"latency_us", "power_w", "source"}


class Table:
    _known = {}  # path -> keys: a table is read once a run

    def __init__(self, path, columns):
        self.path, self.columns = path, columns
        self.key = [c for c in columns if c not in MEASURED]
        if path not in Table._known:
            Table._known[path] = set(self._read())

    def _read(self):
        if not self.path.exists():
            return
        text = self.path.read_text()
        if text and not text.endswith("\n"):  # cut off in the middle of a line: that kernel is timed again
            text = text[:text.rfind("\n") + 1]
            self.path.write_text(text)
        for row in csv.DictReader(text.splitlines()):
            yield tuple(row.get(c, "") for c in self.key)

    def _key(self, row):
        return tuple(str(row.get(c, "")) for c in self.key)

    def has(self, row):
        return self._key(row) in Table._known[self.path]

    def add(self, row):
        latency = float(row["latency_us"])
        if not math.isfinite(latency) or latency <= 0:
            raise ValueError(f"a time of {latency} us")
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        with self.path.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(self.columns)
            writer.writerow([row.get(c, "") for c in self.columns])
        Table._known[self.path].add(self._key(row))
