// The ops that `orrery op` knows: how each is written, what its words must be, and the kernel that
// they make. How text is read: op_text.hpp.
#pragma once
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "orrery/ops/kernel.hpp"

namespace orrery::op {

using Values = std::map<std::string, double, std::less<>>;

// The largest dimension for which products of three stay exact enough to compare.
inline constexpr double kLargest = 1e12;

// `otherwise`: a number, NaN when the word must be given, or another key's value.
struct Key {
  const char* name;
  double otherwise = std::nan("");
  const char* same_as = nullptr;
  double least = 1, most = kLargest;
};

// What a value must be beside the others. `of`: the key or size that is at fault.
struct Rule {
  const char* of;
  bool (*holds)(const Values&);
  const char* expected;
};

struct Form {
  const char* name;
  std::vector<const char*> sizes;
  std::vector<Key> keys;
  const char* doc;
  void (*fill)(const Values&, Kernel&);
  std::vector<Rule> rules = {};
};

const std::vector<Form>& forms();

}  // namespace orrery::op
