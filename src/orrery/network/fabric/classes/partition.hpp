// Partition: [0, n) in classes that are split again and again. Splitting costs what is touched, not
// what is left alone.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace orrery {

class Partition {
 public:
  struct Touch {
    std::uint32_t element = 0;
    std::uint64_t key = 0;
  };

  // All in one class.
  explicit Partition(std::uint32_t elements);

  [[nodiscard]] std::uint32_t elements() const { return static_cast<std::uint32_t>(at_.size()); }
  [[nodiscard]] std::uint32_t classes() const { return static_cast<std::uint32_t>(begin_.size()); }
  [[nodiscard]] std::uint32_t class_of(std::uint32_t element) const { return class_[element]; }
  [[nodiscard]] std::span<const std::uint32_t> members(std::uint32_t of_class) const {
    return {at_.data() + begin_[of_class], at_.data() + end_[of_class]};
  }

  // Parts members of one class whose keys differ; elements not touched have a key of their own.
  // Each at most once in `touched`, whose order changes. Appends the classes that lost or were made
  // of members.
  void split(std::vector<Touch>& touched, std::vector<std::uint32_t>& changed);
  // Each element a class of its own.
  void split_all();

 private:
  void move_to_new_class(std::uint32_t of_class, std::span<const Touch> group);

  std::vector<std::uint32_t> at_;  // elements, class by class
  std::vector<std::uint32_t> place_;
  std::vector<std::uint32_t> class_;
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> end_;
};

}  // namespace orrery
