// Requests that wait in a channel, in lists that share one store: one list for each bank and
// direction, oldest first, which also knows its oldest request for the open row, the hit.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "orrery/base/check.hpp"

namespace orrery {

using DramPlace = std::int16_t;  // in the store; -1: none

struct DramWaiting {
  std::int64_t order = 0;
  int row = 0;
  DramPlace next = -1;     // younger
  bool activated = false;  // its row was opened for it
};

struct DramQueue {
  DramPlace oldest = -1, youngest = -1;
  DramPlace hit = -1, before_hit = -1;
  std::int16_t size = 0;
};

class DramStore {
 public:
  DramWaiting& operator[](DramPlace place) { return all_[static_cast<std::size_t>(place)]; }
  const DramWaiting& operator[](DramPlace place) const {
    return all_[static_cast<std::size_t>(place)];
  }

  // `home`: the number of the bank and direction that the request is for.
  void append(DramQueue& queue, int home, std::int64_t order, int row) {
    ++alike(home, row);
    const DramPlace place = free_place();
    (*this)[place] = {order, row, -1, false};
    append(queue, place);
  }

  // Moves the oldest of one queue to the end of another.
  void move_oldest(DramQueue& from, DramQueue& to) {
    const DramPlace place = from.oldest;
    from.oldest = (*this)[place].next;
    if (from.oldest < 0) from.youngest = -1;
    --from.size;
    (*this)[place].next = -1;
    append(to, place);
  }

  // The hit leaves; the next one is younger.
  void remove_hit(DramQueue& queue, int home) {
    const DramPlace place = queue.hit, after = (*this)[place].next;
    --alike(home, (*this)[place].row);
    (queue.before_hit >= 0 ? (*this)[queue.before_hit].next : queue.oldest) = after;
    if (after < 0) queue.youngest = queue.before_hit;
    --queue.size;
    (*this)[place].next = free_;
    free_ = place;
    queue.hit = after;
  }

  // The hit, from the present place on.
  void find_hit(DramQueue& queue, int home, int open_row) {
    if (alike(home, open_row) == 0) queue.hit = -1;
    while (queue.hit >= 0 && (*this)[queue.hit].row != open_row) {
      queue.before_hit = queue.hit;
      queue.hit = (*this)[queue.hit].next;
    }
  }

  void find_first_hit(DramQueue& queue, int home, int open_row) {
    queue.hit = queue.oldest;
    queue.before_hit = -1;
    find_hit(queue, home, open_row);
  }

 private:
  // How many requests wait for this row, or for one that is alike: none is told without a search.
  std::uint16_t& alike(int home, int row) {
    constexpr std::uint32_t kGolden = 2654435769;  // 2^32 over the golden ratio: spreads the bits
    return alike_[(static_cast<std::uint32_t>(row) * 64 + static_cast<std::uint32_t>(home)) *
                      kGolden >>
                  (32 - kAlikeBits)];
  }
  DramPlace free_place() {
    if (free_ >= 0) {
      const DramPlace place = free_;
      free_ = (*this)[place].next;
      return place;
    }
    ORRERY_CHECK(all_.size() < INT16_MAX, "{} requests wait in a channel", all_.size());
    all_.emplace_back();
    return static_cast<DramPlace>(all_.size() - 1);
  }

  void append(DramQueue& queue, DramPlace place) {
    (queue.youngest >= 0 ? (*this)[queue.youngest].next : queue.oldest) = place;
    queue.youngest = place;
    ++queue.size;
  }

  static constexpr int kAlikeBits = 9;
  std::array<std::uint16_t, 1 << kAlikeBits> alike_{};
  std::vector<DramWaiting> all_;
  DramPlace free_ = -1;
};

}  // namespace orrery
