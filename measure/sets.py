"""Which kernels are measured: shapes of models that people run, and a sweep around them."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Case:
    table: str
    shape: dict

    def __str__(self):
        return self.table + " " + " ".join(str(v) for v in self.shape.values())


# Widths of layers: hidden sizes, and the products of Llama 3 8B and 70B, DeepSeek-V3 and Mixtral under tensor 1 to 8.
FEW_WIDTHS = [(4096, 4096), (28672, 8192), (8192, 28672), (6144, 4096), (7168, 2048), (1024, 8192)]
MORE_WIDTHS = FEW_WIDTHS + [(14336, 4096), (4096, 14336), (10240, 8192), (3584, 8192), (8192, 3584), (2112, 7168),
                            (24576, 1536), (32768, 512), (128256, 4096), (768, 768), (12288, 12288), (53248, 16384)]
FEW_ROWS = [1, 16, 128, 1024, 4096, 16384]
MORE_ROWS = [1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 512, 768, 1024, 2048, 4096, 8192, 16384, 32768]


def matmuls(dtypes, rows, widths):
    return [Case("matmul", {"dtype": d, "m": m, "n": n, "k": k}) for d in dtypes for n, k in widths for m in rows]


def attention(phase, dtypes, batches, lengths, heads):
    for dtype in dtypes:
        for q_heads, kv_heads, head_dim in heads:
            for batch in batches:
                for length in lengths:
                    q_len = length if phase == "prefill" else 1
                    yield Case(f"attention_{phase}", {
                        "compute_dtype": "bfloat16", "kv_dtype": dtype, "batch": batch, "q_len": q_len, "kv_len": length,
                        "q_heads": q_heads, "kv_heads": kv_heads, "head_dim": head_dim, "window": 0})


def experts(tokens, layers):
    return [Case("moe", {"dtype": "bfloat16", "tokens": t, "hidden": h, "ffn": f, "topk": k, "experts": e, "tp": 1, "ep": 1,
                         "routing": "balanced", "kernel": "grouped"}) for h, f, k, e in layers for t in tokens]


def streams(rows, columns):
    return [Case("stream", {"op": op, "dtype": "bfloat16", "rows": r, "columns": c})
            for op in ["add", "mul", "silu", "rmsnorm", "layernorm", "softmax"] for r in rows for c in columns]


def copies(sizes):
    return [Case("copy", {"kind": kind, "bytes": size}) for kind in ["device", "to_device", "to_host"] for size in sizes]


LAUNCHES = [Case("launch", {"kind": kind}) for kind in ["eager", "graph"]]


def five_minutes():
    return (matmuls(["bfloat16", "fp8"], FEW_ROWS, FEW_WIDTHS)
            + list(attention("prefill", ["bfloat16"], [1, 4], [512, 2048, 8192], [(32, 8, 128), (8, 1, 128)]))
            + list(attention("decode", ["bfloat16"], [1, 16, 64], [1024, 8192], [(32, 8, 128), (8, 1, 128)]))
            + experts([16, 256, 4096], [(4096, 14336, 2, 8), (2048, 768, 8, 128)])
            + streams([1024, 16384], [4096, 8192]) + copies([2 ** 20, 2 ** 24, 2 ** 28]) + LAUNCHES)


def thirty_minutes():
    return (matmuls(["bfloat16", "fp8", "float32", "tf32"], MORE_ROWS, MORE_WIDTHS)
            + list(attention("prefill", ["bfloat16"], [1, 2, 4, 8], [256, 512, 1024, 2048, 4096, 8192, 16384],
                             [(32, 8, 128), (64, 8, 128), (8, 1, 128), (16, 16, 64), (32, 32, 128)]))
            + list(attention("decode", ["bfloat16"], [1, 4, 16, 64, 256], [512, 2048, 8192, 32768],
                             [(32, 8, 128), (64, 8, 128), (8, 1, 128), (32, 32, 128)]))
            + experts([1, 16, 64, 256, 1024, 4096, 16384],
                      [(4096, 14336, 2, 8), (6144, 16384, 2, 8), (2048, 768, 8, 128), (7168, 2048, 8, 32)])
            + streams([256, 1024, 4096, 16384], [1024, 4096, 8192, 16384])
            + copies([2 ** e for e in range(12, 31, 2)]) + LAUNCHES)


SETS = {"5min": five_minutes, "30min": thirty_minutes}
