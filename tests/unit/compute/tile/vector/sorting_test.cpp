#include "orrery/compute/tile/vector/sorting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "orrery/base/rng.hpp"
#include "orrery/compute/tile/vector/sort_kernel.hpp"
#include "support/array_chips.hpp"

namespace orrery {
namespace {

// Batcher's bitonic sorter over a memory of which only `room` keys are held at a time: it really
// sorts, counts its compare-exchanges and how often all keys were brought in.
class Sorter {
 public:
  Sorter(std::vector<double> keys, std::size_t room) : keys_(std::move(keys)), room_(room) {}

  void sort(std::size_t least_piece) {
    const std::size_t n = keys_.size();
    brought_ = 1;
    for (std::size_t size = 2; size <= room_; size *= 2) {
      for (std::size_t stride = size / 2; stride > 0; stride /= 2) all(stride, size);
    }
    for (std::size_t size = 2 * room_; size <= n; size *= 2) {
      std::size_t stride = size / 2;
      while (stride >= room_) {
        // As many strides as leave pieces of the least size.
        std::vector<std::size_t> strides;
        while (stride >= room_ && (room_ >> (strides.size() + 1)) >= least_piece) {
          strides.push_back(stride);
          stride /= 2;
        }
        if (strides.empty()) {
          strides.push_back(stride);
          stride /= 2;
        }
        by_pieces(strides, size);
      }
      ++brought_;
      for (stride = room_ / 2; stride > 0; stride /= 2) all(stride, size);
    }
  }

  [[nodiscard]] const std::vector<double>& keys() const { return keys_; }
  [[nodiscard]] double exchanges() const { return exchanges_; }
  [[nodiscard]] double brought() const { return brought_; }

 private:
  void exchange(std::size_t i, std::size_t j, std::size_t size) {
    ++exchanges_;
    const bool upwards = (i & size) == 0;
    if ((keys_[i] > keys_[j]) == upwards) std::swap(keys_[i], keys_[j]);
  }

  void all(std::size_t stride, std::size_t size) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if ((i & stride) == 0) exchange(i, i + stride, size);
    }
  }

  // Sets of keys whose places differ in these strides, each in pieces, one set after the other.
  void by_pieces(const std::vector<std::size_t>& strides, std::size_t size) {
    ++brought_;
    const std::size_t piece = std::max<std::size_t>(1, room_ >> strides.size());
    std::size_t mask = 0;
    for (const std::size_t s : strides) mask |= s;
    for (std::size_t base = 0; base < keys_.size(); base += piece) {
      if ((base & mask) != 0) continue;
      std::vector<std::size_t> held;
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        const std::size_t place = i & ~mask;
        if (place >= base && place < base + piece) held.push_back(i);
      }
      ASSERT_LE(held.size(), std::max<std::size_t>(room_, 2));
      for (const std::size_t s : strides) {
        for (const std::size_t i : held) {
          if ((i & s) == 0) exchange(i, i + s, size);
        }
      }
    }
  }

  std::vector<double> keys_;
  std::size_t room_;
  double exchanges_ = 0, brought_ = 0;
};

std::vector<double> any_keys(Rng& rng, std::size_t count) {
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(rng.uniform());
  return out;
}

TEST(Sorting, ExchangesAndPassesEqualThoseOfASorterThatSorts) {
  Rng rng(51, "keys");
  for (std::size_t n = 2; n <= 512; n *= 2) {
    for (std::size_t room = 2; room <= n; room *= 2) {
      for (std::size_t piece = 1; piece <= room; piece *= 2) {
        Sorter sorter(any_keys(rng, n), room);
        sorter.sort(piece);
        ASSERT_TRUE(std::is_sorted(sorter.keys().begin(), sorter.keys().end()));
        const auto keys = std::int64_t(n);
        ASSERT_EQ(sorting_exchanges(keys), sorter.exchanges());
        ASSERT_EQ(sorting_passes(keys, std::int64_t(room), std::int64_t(piece)), sorter.brought())
            << n << " keys, room " << room << ", pieces " << piece;
      }
    }
  }
}

// Runs of k are sorted up and down in turns; of each pair the larger of every two that face each
// other are a bitonic run again, which merging sorts.
double exchanges_for_top(std::vector<double> keys, std::size_t k, std::vector<double>& top) {
  double exchanges = 0;
  const auto exchange = [&](std::size_t i, std::size_t j, bool upwards) {
    ++exchanges;
    if ((keys[i] > keys[j]) == upwards) std::swap(keys[i], keys[j]);
  };
  const auto merge = [&](std::size_t size) {
    for (std::size_t stride = size / 2; stride > 0; stride /= 2) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if ((i & stride) == 0) exchange(i, i + stride, (i & size) == 0);
      }
    }
  };
  for (std::size_t size = 2; size <= k; size *= 2) merge(size);
  while (keys.size() > k) {
    std::vector<double> larger;
    for (std::size_t run = 0; run < keys.size(); run += 2 * k) {
      for (std::size_t i = 0; i < k; ++i) {
        ++exchanges;
        larger.push_back(std::max(keys[run + i], keys[run + k + i]));
      }
    }
    keys = larger;
    merge(k);
  }
  top = keys;
  return exchanges;
}

TEST(Sorting, TopExchangesEqualThoseOfANetworkThatFindsTheLargest) {
  Rng rng(52, "keys");
  for (std::size_t n = 1; n <= 1024; n *= 2) {
    for (std::size_t k = 1; k <= n; k *= 2) {
      std::vector<double> keys = any_keys(rng, n), top;
      const double exchanges = exchanges_for_top(keys, k, top);
      ASSERT_EQ(top_exchanges(std::int64_t(n), std::int64_t(k)), exchanges) << n << " " << k;
      std::sort(keys.begin(), keys.end(), std::greater<>());
      std::sort(top.begin(), top.end(), std::greater<>());
      ASSERT_TRUE(std::equal(top.begin(), top.end(), keys.begin()));
    }
  }
}

TEST(Sorting, MoreRoomIsNeverSlowerAndKeysComeInOnceAtLeast) {
  Rng rng(53, "sorts");
  for (int i = 0; i < 2000; ++i) {
    ArraySort sort;
    sort.rows = double(1 + rng.below(100));
    sort.keys = double(1 + rng.below(1 << 20));
    sort.kept = double(1 + rng.below(std::uint64_t(sort.keys)));
    ArrayChip chip = test::small_array_chip(64.0 + double(rng.below(1 << 20)));
    chip.vector = 100;
    const SortMapping little = sort_mapped(chip, sort);
    chip.scratchpad *= 2;
    const SortMapping much = sort_mapped(chip, sort);
    ASSERT_LE(much.duration, little.duration) << sort.keys << " kept " << sort.kept;
    ASSERT_GE(little.bytes, sort.rows * (4 * sort.keys + 8 * sort.kept));
    ASSERT_GE(little.duration, little.bytes / chip.bandwidth);
  }
}

}  // namespace
}  // namespace orrery
