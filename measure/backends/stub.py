"""No GPU: times from a roofline of round numbers. For tests of everything but the timing, and to see the tables."""


class Backend:
    device = "stub"
    source = "stub"
    software = {"software": "none: times are 1 us + FLOP / 1e15 + bytes / 3e12"}

    def can(self, case):
        return True

    def time(self, case):
        s = case.shape
        if case.table == "matmul":
            flops, moved = 2 * s["m"] * s["n"] * s["k"], 2 * (s["m"] * s["k"] + s["n"] * s["k"] + s["m"] * s["n"])
        elif case.table.startswith("attention"):
            pairs = s["batch"] * s["q_heads"] * s["q_len"] * s["kv_len"]
            flops, moved = 4 * pairs * s["head_dim"], 4 * s["batch"] * s["kv_heads"] * s["kv_len"] * s["head_dim"]
        elif case.table == "moe":
            flops = 6 * s["tokens"] * s["topk"] * s["hidden"] * s["ffn"]
            moved = 6 * min(s["experts"], s["tokens"] * s["topk"]) * s["hidden"] * s["ffn"]
        elif case.table == "stream":
            flops, moved = 0, 4 * s["rows"] * s["columns"]
        elif case.table == "copy":
            flops, moved = 0, s["bytes"] * (2 if s["kind"] == "device" else 50)
        else:
            flops, moved = 0, 0
        return {"latency_us": round(1 + 1e6 * (flops / 1e15 + moved / 3e12), 4), "power_w": 400}
