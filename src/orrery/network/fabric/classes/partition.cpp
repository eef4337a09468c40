#include "orrery/network/fabric/classes/partition.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace orrery {

Partition::Partition(std::uint32_t elements) : at_(elements), class_(elements, 0) {
  std::iota(at_.begin(), at_.end(), 0U);
  place_ = at_;
  if (elements > 0) {
    begin_.push_back(0);
    end_.push_back(elements);
  }
}

void Partition::split(std::vector<Touch>& touched, std::vector<std::uint32_t>& changed) {
  std::ranges::sort(touched, [&](const Touch& a, const Touch& b) {
    if (class_[a.element] != class_[b.element]) return class_[a.element] < class_[b.element];
    return a.key != b.key ? a.key < b.key : a.element < b.element;
  });
  for (std::size_t first = 0; first < touched.size();) {
    const std::uint32_t c = class_[touched[first].element];
    std::size_t end = first;
    while (end < touched.size() && class_[touched[end].element] == c) ++end;
    // Where all are touched, the first group keeps the class.
    bool is_kept = end - first == end_[c] - begin_[c];
    bool is_split = false;
    while (first < end) {
      std::size_t next = first;
      while (next < end && touched[next].key == touched[first].key) ++next;
      if (!std::exchange(is_kept, false)) {
        is_split = true;
        changed.push_back(classes());
        move_to_new_class(c, {touched.data() + first, touched.data() + next});
      }
      first = next;
    }
    if (is_split) changed.push_back(c);
  }
}

void Partition::move_to_new_class(std::uint32_t c, std::span<const Touch> group) {
  const std::uint32_t end = end_[c];
  for (const Touch& t : group) {
    const std::uint32_t last = --end_[c];
    const std::uint32_t from = place_[t.element];
    std::swap(at_[from], at_[last]);
    place_[at_[from]] = from;
    place_[at_[last]] = last;
    class_[t.element] = classes();
  }
  begin_.push_back(end_[c]);
  end_.push_back(end);
}

void Partition::split_all() {
  begin_.resize(at_.size());
  std::iota(begin_.begin(), begin_.end(), 0U);
  at_ = place_ = class_ = begin_;
  end_.resize(at_.size());
  std::iota(end_.begin(), end_.end(), 1U);
}

}  // namespace orrery
