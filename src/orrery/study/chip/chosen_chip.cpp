#include "orrery/study/chip/chosen_chip.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace orrery {
namespace {

struct Change {
  std::string pointer;  // "/memory/bandwidth"
  std::string where;    // "--set:1:22"
};

std::vector<std::string> steps_of(std::string_view key) {
  std::vector<std::string> steps;
  while (true) {
    const std::size_t dot = key.find('.');
    steps.emplace_back(key.substr(0, dot));
    if (dot == std::string_view::npos) break;
    key.remove_prefix(dot + 1);
  }
  if (steps.size() > 1 && steps.front() == "chip") steps.erase(steps.begin());
  if (steps.front() == "hbm") steps.front() = "memory";
  return steps;
}

// Everything below a node carries its new place.
void place(Node& node, const std::string& pointer, int line, int column) {
  node.file = "--set";
  node.line = line;
  node.column += column;
  node.pointer = pointer;
  for (std::size_t i = 0; i < node.items.size(); ++i)
    place(node.items[i], fmt::format("{}/{}", pointer, i), line, column);
  for (Node::Member& m : node.members) place(m.value, pointer + "/" + m.key, line, column);
}

Node made(Node::Kind kind, const std::string& pointer, int line) {
  Node node;
  node.kind = kind;
  node.file = "--set";
  node.pointer = pointer;
  node.line = line;
  node.column = 1;
  return node;
}

Node& member(Node& map, const std::string& key, const std::string& pointer, int line) {
  if (!map.is_map()) map = made(Node::Kind::Map, map.pointer, line);
  for (Node::Member& m : map.members) {
    if (m.key == key) return m.value;
  }
  map.members.push_back({key, line, 1, made(Node::Kind::Null, pointer, line)});
  return map.members.back().value;
}

// What a list holds by its `name`, or by its place; nothing, if there is no such item.
Node* item(Node& list, const std::string& step) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const Node* name = list.items[i].find("name");
    if (step == std::to_string(i) || (name != nullptr && name->scalar == step))
      return &list.items[i];
  }
  return nullptr;
}

// Applies one "levels.vmem.bandwidth=20 TB/s" or "memory.bandwidth=6 TB/s".
void apply(const std::string& text, int number, Node& chip, std::vector<Change>& done,
           Diagnostics& problems) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    problems.push_back({fmt::format("--set:{}:1: /", number),
                        fmt::format("saw '{}'; expected KEY=VALUE such as chip.hbm.bandwidth=6TB/s",
                                    one_line(text, 60))});
    return;
  }
  const auto value = parse_document(text.substr(equals + 1), "--set");
  if (!value) {
    for (const Error& e : value.error())
      problems.push_back({fmt::format("--set:{}:{}: /", number, equals + 2), e.what});
    return;
  }
  Node* at = &chip;
  std::string pointer;
  for (const std::string& step : steps_of(std::string_view(text).substr(0, equals))) {
    pointer += "/" + step;
    if (at->is_sequence()) {
      at = item(*at, step);
      if (at == nullptr) {
        problems.push_back({fmt::format("--set:{}:1: {}", number, pointer),
                            fmt::format("saw '{}'; expected a place in this list from 0, or the "
                                        "`name` of what stands there",
                                        one_line(step, 40))});
        return;
      }
      pointer = at->pointer;
      continue;
    }
    at = &member(*at, step, pointer, number);
  }
  *at = *value;
  place(*at, pointer, number, static_cast<int>(equals) + 1);
  done.push_back({pointer, fmt::format("--set:{}", number)});
}

// A problem with a changed field stands at the change, wherever the reader saw it.
void relocate(const std::vector<Change>& changes, Diagnostics& problems) {
  for (Error& e : problems) {
    if (e.where.starts_with("--set")) continue;
    for (const Change& c : changes) {
      if (e.where.ends_with(": " + c.pointer))
        e.where = fmt::format("{}:1: {}", c.where, c.pointer);
    }
  }
}

// A key that should be there is missed at its parent.
void require(const Node& root, std::initializer_list<const char*> steps, bool holds,
             const char* expected, Diagnostics& problems) {
  if (holds) return;
  const Node* node = &root;
  for (const char* step : steps) {
    const Node* next = node->find(step);
    if (next == nullptr) {
      problems.push_back({node->where(), fmt::format("saw no '{}'; expected {}", step, expected)});
      return;
    }
    node = next;
  }
  problems.push_back({node->where(), fmt::format("saw {}; expected {}", node->seen(), expected)});
}

// Formats without units of their own run on wider ones: some of these must be there.
bool has_a_wide_peak(const PeakRates& p) {
  for (const FlopsPerSecond rate : {p.fp32, p.fp16, p.bf16, p.vector}) {
    if (rate.value() > 0) return true;
  }
  return false;
}

void check_sense(const Node& root, const Chip& chip, Diagnostics& problems) {
  require(root, {"memory", "bandwidth"}, chip.memory.bandwidth.value() > 0,
          "a bandwidth above zero", problems);
  require(root, {"memory", "capacity"}, chip.memory.capacity.value() > 0, "a capacity above zero",
          problems);
  require(root, {"peak"}, has_a_wide_peak(chip.peak),
          "a peak above zero in bf16, fp16, fp32 or vector", problems);
  require(root, {"clock"}, chip.clock.value() > 0, "a clock above zero", problems);
  require(root, {"cores"}, chip.cores > 0, "1 or more cores", problems);
  require(root, {"tdp"}, chip.tdp.value() > 0, "a power limit above zero", problems);
  require(root, {"idle"}, chip.tdp.value() <= 0 || chip.idle < chip.tdp,
          "less than the power limit", problems);
  // Levels nest: what is nearer to the units is smaller.
  require(root, {"l2"}, chip.l2 <= chip.memory.capacity, "at most the main memory's capacity",
          problems);
  const bool in_list = root.find("sram") == nullptr && root.find("levels") != nullptr;
  require(root, {in_list ? "levels" : "sram"},
          chip.kind == ChipKind::Sram || chip.sram <= chip.memory.capacity,
          in_list ? "no more on the chip than the main memory's capacity"
                  : "at most the main memory's capacity",
          problems);
}

}  // namespace

Read<Chip> chosen_chip(const Catalog& catalog, const std::string& name,
                       const std::vector<std::string>& changes) {
  Node where;
  where.kind = Node::Kind::Scalar;
  where.scalar = name;
  where.file = "--chip";
  auto file = catalog.chip_document(name, where);
  if (!file) {
    Diagnostics problems = file.error();
    for (Error& e : problems) {
      if (e.where.starts_with("--chip")) e.where = "--chip";
    }
    return tl::unexpected(problems);
  }
  Diagnostics problems;
  std::vector<Change> done;
  for (std::size_t i = 0; i < changes.size(); ++i)
    apply(changes[i], static_cast<int>(i) + 1, *file, done, problems);
  const Chip chip = read<Chip>(*file, problems);
  relocate(done, problems);
  if (problems.empty()) check_sense(*file, chip, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  return chip;
}

}  // namespace orrery
