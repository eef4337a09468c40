// EventWheel: a timing wheel. Buckets of equal width ahead of now and a bitmap of those that hold
// something; piles, each as long as many buckets, dealt out to them when their time comes near; a
// heap for what lies beyond. Equal times keep the order of posting.
//
// Width so that a bucket holds an event or two; then posting and taking cost the same at a hundred
// and at a million pending events (Varghese and Lauck 1987, hierarchical wheels; Brown 1988,
// calendar queues).
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
  static constexpr std::int64_t kBuckets = 8192;

  explicit EventWheel(std::int64_t width)
      : shift_(static_cast<int>(
                   std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(width, 1)))) -
               1) {
    heads_.assign(kBuckets, kNone);
    piles_.resize(kPiles);
    occupied_.assign(kBuckets / 64, 0);
  }

  void post(std::int64_t time, std::uint8_t kind, std::uint32_t subject, std::uint32_t detail = 0) {
    const WheelEvent event{time, ++posted_ << 8 | kind, subject, detail};
    ++size_;
    const std::int64_t bucket = time >> shift_;
    if (bucket <= bucket_) {
      insert_now(event);
    } else if (bucket < dealt_ * kPile) {
      put(event, bucket);
    } else if (pile_of(event) < dealt_ + kPiles) {
      pile_up(event);
    } else {
      beyond_.push_back(event);
      std::ranges::push_heap(beyond_, later);
    }
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint64_t posted() const { return posted_; }

  // One that is likely to be taken soon, for its memory to be fetched.
  [[nodiscard]] const WheelEvent& upcoming() const { return upcoming_; }

  // There must be one.
  WheelEvent take() {
    if (next_ == now_.size()) advance();
    --size_;
    return now_[next_++];
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::int64_t kPile = kBuckets / 4;  // buckets
  static constexpr std::int64_t kPiles = 64;

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

  [[nodiscard]] std::int64_t pile_of(const WheelEvent& event) const {
    return (event.time >> shift_) / kPile;
  }
  void pile_up(const WheelEvent& event) {
    piles_[static_cast<std::size_t>(pile_of(event) % kPiles)].push_back(event);
    ++piled_;
  }

  void gather() {
    while (!beyond_.empty() && pile_of(beyond_.front()) < dealt_ + kPiles) {
      std::ranges::pop_heap(beyond_, later);
      pile_up(beyond_.back());
      beyond_.pop_back();
    }
  }

  // Piles of which all buckets are within the wheel's reach go there.
  void deal() {
    while ((dealt_ + 1) * kPile <= bucket_ + kBuckets) {
      std::vector<WheelEvent>& pile = piles_[static_cast<std::size_t>(dealt_ % kPiles)];
      for (const WheelEvent& event : pile) put(event, event.time >> shift_);
      piled_ -= pile.size();
      pile.clear();
      ++dealt_;
      gather();
    }
  }

  void advance() {
    now_.clear();
    next_ = 0;
    bucket_ = next_occupied(bucket_);
    while (bucket_ < 0) {  // nothing on the wheel: on to what comes next
      if (piled_ == 0) {
        dealt_ = pile_of(beyond_.front());
        gather();
      }
      bucket_ = dealt_ * kPile - 1;
      deal();
      bucket_ = next_occupied(bucket_);
    }
    deal();
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
    look_ahead();
  }

  // Memory that the next takes will read is on its way by then.
  void look_ahead() {
    const std::int64_t second = next_occupied(bucket_);
    if (second < 0) return;
    upcoming_ = nodes_[head(second)].event;
    const std::int64_t third = next_occupied(second);
    if (third >= 0) __builtin_prefetch(&nodes_[head(third)]);
  }
  [[nodiscard]] std::uint32_t head(std::int64_t bucket) const {
    return heads_[static_cast<std::size_t>(bucket & (kBuckets - 1))];
  }

  // The first bucket after that one which holds something; -1: none on the wheel.
  [[nodiscard]] std::int64_t next_occupied(std::int64_t after) const {
    const std::int64_t first = after + 1;
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
  std::vector<std::vector<WheelEvent>> piles_;
  std::int64_t dealt_ = 0;  // piles before this one are on the wheel
  std::size_t piled_ = 0;   // events
  std::vector<WheelEvent> beyond_;
  WheelEvent upcoming_;
  std::size_t size_ = 0;
  std::uint64_t posted_ = 0;
};

}  // namespace orrery
