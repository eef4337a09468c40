// What one rank multiplies and moves in recurrences and indexers, counted by hand.
#include <gtest/gtest.h>

#include "orrery/program/shard.hpp"

namespace orrery {
namespace {

constexpr double kHeads = 8, kDim = 64, kState = 128, kInner = kHeads * kDim;

Op mamba() {
  Op op;
  op.kind = OpKind::StateSpace;
  op.sharding = Sharding::Heads;
  op.attention.heads = kHeads;
  op.attention.kv_heads = 1;
  op.attention.head_dim = op.attention.v_head_dim = kDim;
  op.attention.state = kState;
  op.k = kInner + 2 * kState + kHeads;
  op.n = kInner;
  op.state_elements = kInner * kState;
  return op;
}

Op indexer() {
  Op op;
  op.kind = OpKind::SparseIndex;
  op.sharding = Sharding::Replicated;
  op.attention.heads = kHeads;
  op.attention.kv_heads = 1;
  op.attention.head_dim = kDim;
  return op;
}

ParallelPlan two_tensor_ranks() {
  ParallelPlan plan;
  plan.tensor = 2;
  return plan;
}

Kernel forward(const Op& op, const ParallelPlan& plan, const Batch& batch) {
  std::vector<ComputeTask> tasks;
  Shard(plan, batch).forward(op, 0, tasks);
  return tasks.at(0).kernel;
}

const Batch kPrefill{300, 3, 100, 100};
const Batch kDecode{3, 3, 1, 100, true};

// Into the state and out of it: two multiply-adds an element of it and token.
TEST(ScanWorkTest, ARecurrenceUpdatesAndReadsItsState) {
  const Kernel k = forward(mamba(), two_tensor_ranks(), kPrefill);
  EXPECT_EQ(k.flops, 4 * 300 * kInner * kState / 2);
  EXPECT_EQ(k.bytes_read, 300 * (kInner + 2 * kState + kHeads) / 2 * 2);
  EXPECT_EQ(k.bytes_written, 300 * kInner / 2 * 2);
}

TEST(ScanWorkTest, BackwardMultipliesTwice) {
  const ParallelPlan plan;
  std::vector<ComputeTask> tasks;
  Shard(plan, kPrefill).backward(mamba(), 0, tasks);
  EXPECT_EQ(tasks.at(0).kernel.flops, 2 * forward(mamba(), plan, kPrefill).flops);
}

// fp32, read and written back for each of three sequences.
TEST(ScanWorkTest, DecodeMovesTheStateOfEverySequence) {
  const Kernel k = forward(mamba(), ParallelPlan{}, kDecode);
  EXPECT_EQ(k.bytes_written, 3 * kInner * 2 + 3 * kInner * kState * 4);
}

TEST(ScanWorkTest, AnIndexerScoresTheKeysThatAQuerySees) {
  const Kernel k = forward(indexer(), ParallelPlan{}, kPrefill);
  EXPECT_EQ(k.flops, 2 * 300 * kHeads * kDim * 50.5);  // 1 to 100 keys
  EXPECT_EQ(k.bytes_written, 300 * 50.5 * 4);
  const Kernel d = forward(indexer(), ParallelPlan{}, kDecode);
  EXPECT_EQ(d.flops, 2 * 3 * kHeads * kDim * 100);
  EXPECT_EQ(d.bytes_read, 3 * 100 * (kDim * 2 + 4));  // cached keys, and scores to pick from
}

}  // namespace
}  // namespace orrery
