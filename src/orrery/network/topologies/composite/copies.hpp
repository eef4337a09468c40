// Copies of one network inside a larger one: their endpoints come first, then their switches, then
// those that join the copies.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "orrery/network/topologies/wired.hpp"

namespace orrery {

class Copies {
 public:
  Copies(std::unique_ptr<Topology> part, std::uint32_t count, std::uint32_t joining_switches);

  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] const Topology& part() const { return *part_; }
  // A vertex of one copy, and a switch between the copies.
  [[nodiscard]] std::uint32_t vertex(std::uint32_t copy, std::uint32_t of_part) const;
  [[nodiscard]] std::uint32_t joining(std::uint32_t number) const {
    return first_joining_ + number;
  }
  // The copy that a vertex is in; count() for a switch between them.
  [[nodiscard]] std::uint32_t copy_of(std::uint32_t vertex) const;
  // A vertex of a copy, as its part numbers it; and its name there.
  [[nodiscard]] std::uint32_t in_part(std::uint32_t vertex) const;
  [[nodiscard]] std::string name_in_part(std::uint32_t vertex) const;
  // What cables from outside are plugged into: the switches that no endpoint hangs from (the top of
  // a tree); else all switches; else all endpoints.
  [[nodiscard]] const std::vector<std::uint32_t>& ports() const { return ports_; }
  // The copies' cables; what joins them is still to be added.
  [[nodiscard]] Wires wires() const;

 private:
  std::unique_ptr<Topology> part_;
  std::uint32_t count_;
  std::uint32_t first_switch_, first_joining_, vertices_;
  std::vector<std::uint32_t> ports_;
};

// Facts, distances and routes of copies by search; names are the family's.
class CompositeTopology : public SearchedTopology {
 public:
  CompositeTopology(Copies copies, Wires wires, std::uint64_t seed);

  [[nodiscard]] NetworkFacts facts() const override { return facts_; }
  [[nodiscard]] bool endpoints_forward() const override { return forwards_; }

 protected:
  [[nodiscard]] const Copies& copies() const { return copies_; }

 private:
  // The least cut between halves of whole copies, where they are few enough to try all.
  [[nodiscard]] BytesPerSecond cut_between_copies() const;

  Copies copies_;
  bool forwards_ = false;
  NetworkFacts facts_;
};

}  // namespace orrery
