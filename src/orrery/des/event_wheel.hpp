// EventWheel: a timing wheel. Buckets of equal width ahead of now, a bitmap of those that hold
// something, a heap for what lies beyond them; equal times keep the order of posting.
//
// Width so that a bucket holds an event or two, kBuckets of them reach most of what is posted; then
// posting and taking cost the same at a hundred and at a million pending events (Varghese and Lauck
// 1987; Brown 1988, calendar queues).
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace orrery {

struct WheelEvent {
  std::int64_t time = 0;      // picoseconds
  std::uint64_t order = 0;    // of posting, then `kind` in the low byte
  std::uint32_t subject = 0;  // what the kind makes of it: a packet, a flow, a link
  std::uint32_t detail = 0;

  [[nodiscard]] std::uint8_t kind() const { return static_cast<std::uint8_t>(order & 0xff); }
  friend bool operator<(const WheelEvent& a, const WheelEvent& b) {
    return a.time != b.time ? a.time < b.time : a.order < b.order;
  }
};

class EventWheel {
 public:
  static constexpr std::int64_t kBuckets = 16384;

  explicit EventWheel(std::int64_t width)
      : shift_(static_cast<int>(
                   std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(width, 1)))) -
               1) {
    heads_.assign(kBuckets, kNone);
    occupied_.assign(kBuckets / 64, 0);
  }

  void post(std::int64_t time, std::uint8_t kind, std::uint32_t subject, std::uint32_t detail = 0) {
    const WheelEvent event{time, ++posted_ << 8 | kind, subject, detail};
    ++size_;
    const std::int64_t bucket = time >> shift_;
    if (bucket <= bucket_) {
      insert_now(event);
    } else if (bucket < bucket_ + kBuckets) {
      put(event, bucket);
    } else {
      beyond_.push_back(event);
      std::ranges::push_heap(beyond_, later);
    }
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t posted() const { return posted_; }

  // There must be one.
  WheelEvent take() {
    if (next_ == now_.size()) advance();
    --size_;
    return now_[next_++];
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Node {
    WheelEvent event;
    std::uint32_t next = kNone;
  };

  static bool later(const WheelEvent& a, const WheelEvent& b) { return b < a; }

  void put(const WheelEvent& event, std::int64_t bucket) {
    std::uint32_t node = free_;
    if (node == kNone) {
      node = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
    } else {
      free_ = nodes_[node].next;
    }
    const auto place = static_cast<std::size_t>(bucket & (kBuckets - 1));
    nodes_[node] = {event, heads_[place]};
    heads_[place] = node;
    occupied_[place / 64] |= std::uint64_t{1} << (place % 64);
  }

  // The bucket of now is a sorted list that is being read.
  void insert_now(const WheelEvent& event) {
    auto at = now_.end();
    const auto first = now_.begin() + static_cast<std::ptrdiff_t>(next_);
    while (at != first && event < *(at - 1)) --at;
    now_.insert(at, event);
  }

  void advance() {
    now_.clear();
    next_ = 0;
    std::int64_t bucket = next_occupied();
    if (!beyond_.empty()) {
      const std::int64_t far = beyond_.front().time >> shift_;
      bucket = bucket < 0 ? far : std::min(bucket, far);
    }
    bucket_ = bucket;
    while (!beyond_.empty() && (beyond_.front().time >> shift_) < bucket_ + kBuckets) {
      std::ranges::pop_heap(beyond_, later);
      put(beyond_.back(), beyond_.back().time >> shift_);
      beyond_.pop_back();
    }
    const auto place = static_cast<std::size_t>(bucket_ & (kBuckets - 1));
    for (std::uint32_t node = heads_[place]; node != kNone;) {
      now_.push_back(nodes_[node].event);
      const std::uint32_t next = nodes_[node].next;
      nodes_[node].next = free_;
      free_ = node;
      node = next;
    }
    heads_[place] = kNone;
    occupied_[place / 64] &= ~(std::uint64_t{1} << (place % 64));
    if (now_.size() > 1) std::sort(now_.begin(), now_.end());
  }

  // The first bucket after now that holds something; -1: none on the wheel.
  [[nodiscard]] std::int64_t next_occupied() const {
    const std::int64_t first = bucket_ + 1;
    for (std::int64_t ahead = 0; ahead < kBuckets;) {
      const auto place = static_cast<std::size_t>((first + ahead) & (kBuckets - 1));
      const std::uint64_t word = occupied_[place / 64] >> (place % 64);
      if (word != 0) return first + ahead + std::countr_zero(word);
      ahead += static_cast<std::int64_t>(64 - place % 64);
    }
    return -1;
  }

  int shift_;
  std::int64_t bucket_ = -1;  // being read
  std::vector<WheelEvent> now_;
  std::size_t next_ = 0;
  std::vector<std::uint32_t> heads_;
  std::vector<std::uint64_t> occupied_;
  std::vector<Node> nodes_;
  std::uint32_t free_ = kNone;
  std::vector<WheelEvent> beyond_;
  std::size_t size_ = 0;
  std::uint64_t posted_ = 0;
};

}  // namespace orrery
