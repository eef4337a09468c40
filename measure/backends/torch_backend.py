"""PyTorch on CUDA. Kernels run from a captured graph where they can be, many times, so that launches do not count; the
median over batches is kept. Power is NVML's, read while the kernel repeats for a quarter of a second."""
import statistics
import time

NEEDED = "measure.py needs an NVIDIA GPU and PyTorch with CUDA (pip install torch); --backend stub runs without"


class Backend:
    def __init__(self):
        try:
            import torch
        except ImportError as problem:
            raise RuntimeError(f"saw no PyTorch; {NEEDED}") from problem
        if not torch.cuda.is_available():
            raise RuntimeError(f"saw no CUDA device; {NEEDED}")
        self.torch = torch
        name = torch.cuda.get_device_name().lower()
        known = {"a100": "a100_sxm", "h100": "h100_sxm", "h200": "h200_sxm", "b200": "b200_sxm", "b300": "b300_sxm"}
        self.device = next((v for k, v in known.items() if k in name), name.replace(" ", "_"))
        self.software = {"gpu": torch.cuda.get_device_name(), "torch": torch.__version__, "cuda": torch.version.cuda,
                         "cudnn": str(torch.backends.cudnn.version())}
        self.source = f"measure.py, torch {torch.__version__}, cuda {torch.version.cuda}"
        self.power = self._power_reader()
        self.flush = torch.empty(256 * 2 ** 20, dtype=torch.int8, device="cuda")

    def _power_reader(self):
        try:
            import pynvml
            pynvml.nvmlInit()
            handle = pynvml.nvmlDeviceGetHandleByIndex(0)
            self.software["driver"] = str(pynvml.nvmlSystemGetDriverVersion())
            return lambda: pynvml.nvmlDeviceGetPowerUsage(handle) / 1e3
        except Exception:  # no pynvml: power columns stay empty
            return None

    def can(self, case):
        major, minor = self.torch.cuda.get_device_capability()
        if case.shape.get("dtype") == "fp8":
            return (major, minor) >= (8, 9)
        return case.table != "moe" or hasattr(self.torch, "_grouped_mm")

    def time(self, case):
        run = getattr(self, "_" + case.table)(case.shape)
        result = {"latency_us": round(1e6 * self._seconds(run, case.table != "copy" and case.shape.get("kind") != "eager"), 3)}
        if self.power is not None and result["latency_us"] > 20:
            result["power_w"] = round(self._watts(run), 1)
        return result

    # ---- timing

    def _graph(self, run, repeats):
        torch = self.torch
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            run()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(repeats):
                run()
        return graph.replay

    def _seconds(self, run, from_graph):
        torch = self.torch
        for _ in range(3):
            run()
        torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        repeats = int(min(200, max(3, 2e-3 / max(time.perf_counter() - start, 1e-6))))
        batch = run
        if from_graph:
            try:
                batch = self._graph(run, repeats)
            except Exception:  # something in it cannot be captured: launched one by one
                from_graph = False
        times = []
        for _ in range(7):
            self.flush.zero_()
            begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            begin.record()
            for _ in range(1 if from_graph else repeats):
                batch()
            end.record()
            torch.cuda.synchronize()
            times.append(begin.elapsed_time(end) * 1e-3 / repeats)
        return statistics.median(times)

    def _watts(self, run):
        seen, until = [], time.perf_counter() + 0.25
        while time.perf_counter() < until:
            for _ in range(20):
                run()
            seen.append(self.power())
            self.torch.cuda.synchronize()
        return statistics.median(seen[len(seen) // 2:])

    # ---- kernels

    def _matmul(self, s):
        torch = self.torch
        m, n, k = s["m"], s["n"], s["k"]
        if s["dtype"] == "fp8":  # dynamic quantisation of the input belongs to it, as in a serving engine
            x = torch.randn(m, k, dtype=torch.bfloat16, device="cuda")
            w = torch.randn(n, k, device="cuda").to(torch.float8_e4m3fn).t()
            one = torch.ones((), device="cuda")

            def run():
                scale = 448.0 / x.abs().amax().float().clamp(min=1e-12)
                torch._scaled_mm((x * scale).to(torch.float8_e4m3fn), w, scale_a=scale.reciprocal(), scale_b=one,
                                 out_dtype=torch.bfloat16)
            return run
        dtype = torch.bfloat16 if s["dtype"] == "bfloat16" else torch.float32
        x, w = (torch.randn(shape, dtype=dtype, device="cuda") for shape in ((m, k), (k, n)))
        out = torch.empty(m, n, dtype=dtype, device="cuda")

        def run():
            torch.backends.cuda.matmul.allow_tf32 = s["dtype"] == "tf32"
            torch.matmul(x, w, out=out)
        return run

    def _attention(self, s, is_causal):
        torch = self.torch
        q = torch.randn(s["batch"], s["q_heads"], s["q_len"], s["head_dim"], dtype=torch.bfloat16, device="cuda")
        k, v = (torch.randn(s["batch"], s["kv_heads"], s["kv_len"], s["head_dim"], dtype=torch.bfloat16, device="cuda")
                for _ in range(2))
        grouped = s["q_heads"] != s["kv_heads"]
        return lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=is_causal, enable_gqa=grouped)

    def _attention_prefill(self, s):
        return self._attention(s, True)

    def _attention_decode(self, s):
        return self._attention(s, False)

    def _moe(self, s):
        torch = self.torch
        rows = s["tokens"] * s["topk"]
        each = -(-rows // s["experts"])
        ends = torch.arange(1, s["experts"] + 1, device="cuda", dtype=torch.int32).mul(each).clamp(max=rows)
        x = torch.randn(rows, s["hidden"], dtype=torch.bfloat16, device="cuda")
        up = torch.randn(s["experts"], s["hidden"], 2 * s["ffn"], dtype=torch.bfloat16, device="cuda")
        down = torch.randn(s["experts"], s["ffn"], s["hidden"], dtype=torch.bfloat16, device="cuda")

        def run():
            gate, value = torch._grouped_mm(x, up, offs=ends).chunk(2, dim=-1)
            torch._grouped_mm(torch.nn.functional.silu(gate) * value, down, offs=ends)
        return run

    def _stream(self, s):
        torch = self.torch
        f = torch.nn.functional
        x, y = (torch.randn(s["rows"], s["columns"], dtype=torch.bfloat16, device="cuda") for _ in range(2))
        wide = torch.ones(s["columns"], dtype=torch.bfloat16, device="cuda")
        return {"add": lambda: x + y, "mul": lambda: x * y, "silu": lambda: f.silu(x), "softmax": lambda: f.softmax(x, -1),
                "rmsnorm": lambda: f.rms_norm(x, (s["columns"],), wide),
                "layernorm": lambda: f.layer_norm(x, (s["columns"],), wide, wide)}[s["op"]]

    def _copy(self, s):
        torch = self.torch
        on_device = torch.empty(s["bytes"], dtype=torch.int8, device="cuda")
        other = (torch.empty_like(on_device) if s["kind"] == "device"
                 else torch.empty(s["bytes"], dtype=torch.int8, pin_memory=True))
        if s["kind"] == "to_host":
            return lambda: other.copy_(on_device, non_blocking=True)
        return lambda: on_device.copy_(other, non_blocking=True)

    def _launch(self, s):
        x = self.torch.zeros(1, device="cuda")
        return lambda: x.add_(1)
