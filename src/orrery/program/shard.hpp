// Shard: what one rank does of one Op. The only place that cuts ops over ranks.
#pragma once
#include <vector>

#include "orrery/ops/op.hpp"
#include "orrery/program/program.hpp"

namespace orrery {

// The tokens that one rank's pass of a segment sees, before tensor and sequence parallelism.
struct Batch {
  double tokens = 0;     // rows of every per-token op: micro-batch x sequence / context ranks
  double sequences = 1;  // attention's batch
  double q_len = 0;      // queries a sequence on this rank
  double kv_len = 0;     // keys a sequence
  bool decode = false;   // one new token a sequence against a cache
};

class Shard {
 public:
  Shard(const ParallelPlan& plan, const Batch& batch) : plan_(plan), batch_(batch) {}

  // Kernels of one pass; `op_index` labels them.
  void forward(const Op& op, int op_index, std::vector<ComputeTask>& out) const;
  void backward(const Op& op, int op_index, std::vector<ComputeTask>& out) const;

  // Weights of this Op on one rank, before ZeRO.
  [[nodiscard]] double parameters(const Op& op) const;

  // Bytes of saved inputs of this Op on one rank for one micro-batch.
  [[nodiscard]] Bytes saved(const Op& op) const;

  // Elements of KV cache one token costs on one rank.
  [[nodiscard]] double cache_per_token(const Op& op) const;

  // Rows of routed tokens that this rank's experts take (the most loaded rank, or capacity).
  [[nodiscard]] double routed_rows(const Op& op) const;

  // Rows of an Op after sequence parallelism and routing.
  [[nodiscard]] double rows(const Op& op) const;

  static Work work_of(const Op& op);
  [[nodiscard]] const Batch& batch() const { return batch_; }

 private:
  [[nodiscard]] Kernel base(const Op& op, Pass pass) const;
  [[nodiscard]] double features_cut(const Op& op) const;
  void forward_kernel(const Op& op, Pass pass, Kernel& k) const;
  void scan_work(const Op& op, Pass pass, Kernel& k) const;
  void adapters(const Op& op, int op_index, Pass pass, std::vector<ComputeTask>& out) const;
  [[nodiscard]] DType matrix_format(const Op& op) const;

  const ParallelPlan& plan_;
  const Batch& batch_;
};

}  // namespace orrery
