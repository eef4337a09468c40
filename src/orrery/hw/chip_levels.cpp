#include "orrery/hw/chip_levels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/text/quantity.hpp"

namespace orrery {
namespace {

bool is_on_chip(LevelKind kind) {
  return kind == LevelKind::Scratchpad || kind == LevelKind::Cache;
}

// Registers, on chip, main memory, behind a link: in this order from the units.
int distance(LevelKind kind) {
  switch (kind) {
    case LevelKind::Register:
      return 0;
    case LevelKind::Scratchpad:
    case LevelKind::Cache:
      return 1;
    case LevelKind::Memory:
      return 2;
    case LevelKind::Host:
    case LevelKind::Cxl:
      return 3;
  }
  return 3;
}

const MemoryLevel* first_of(const std::vector<MemoryLevel>& levels, LevelKind kind) {
  for (const MemoryLevel& level : levels) {
    if (level.kind == kind) return &level;
  }
  return nullptr;
}

// The outermost cache is the last level; all other on-chip memory is the cores' own.
const MemoryLevel* last_cache(const std::vector<MemoryLevel>& levels) {
  const MemoryLevel* found = nullptr;
  for (const MemoryLevel& level : levels) {
    if (level.kind == LevelKind::Cache) found = &level;
  }
  return found;
}

Bytes in_cores(const std::vector<MemoryLevel>& levels) {
  Bytes sum;
  const MemoryLevel* last = last_cache(levels);
  for (const MemoryLevel& level : levels) {
    if (is_on_chip(level.kind) && &level != last) sum += level.capacity;
  }
  return sum;
}

template <class T>
bool differ(T a, T b) {
  constexpr double kRounding = 1e-6;  // of a number written in another unit
  return std::abs(a.value() - b.value()) > kRounding * std::max(a.value(), b.value());
}

class LevelCheck {
 public:
  LevelCheck(const Node& root, Chip& chip, Diagnostics& problems)
      : root_(root), list_(*root.find("levels")), chip_(chip), problems_(problems) {}

  void run() {
    for (std::size_t i = 0; i < chip_.levels.size(); ++i) {
      alone(i);
      for (std::size_t j = 0; j < i; ++j) against(i, j);
    }
    const auto searched = std::count_if(chip_.levels.begin(), chip_.levels.end(),
                                        [](const MemoryLevel& l) { return is_on_chip(l.kind); });
    if (searched > kMostOnChipLevels) {
      report(list_, fmt::format("saw {} scratchpads and caches; expected {} at most", searched,
                                kMostOnChipLevels));
    }
    agree();
  }

 private:
  void report(const Node& node, std::string what) {
    problems_.push_back({node.where(), std::move(what)});
  }

  [[nodiscard]] const Node& field(std::size_t i, const char* key) const {
    const Node* found = list_.items[i].find(key);
    return found != nullptr ? *found : list_.items[i];
  }

  void alone(std::size_t i) {
    const MemoryLevel& level = chip_.levels[i];
    const bool behind_link = distance(level.kind) == 3;
    const auto above_zero = [&](const char* key, double value, bool needed) {
      const Node* node = list_.items[i].find(key);
      if (node == nullptr && needed) detail::report_missing(list_.items[i], key, problems_);
      if (node != nullptr && !(value > 0))
        report(*node, fmt::format("saw {}; expected a {} above zero", node->seen(), key));
    };
    above_zero("capacity", level.capacity.value(), !behind_link);
    above_zero("bandwidth", level.bandwidth.value(), level.kind == LevelKind::Memory);
    if (level.latency.value() < 0)
      report(field(i, "latency"),
             fmt::format("saw {}; expected no less than zero", field(i, "latency").seen()));
    if (level.banks < 0)
      report(field(i, "banks"), fmt::format("saw {}; expected no less than zero", level.banks));
    if (level.shared_by < 0 || (level.shared_by > 0 && chip_.cores % level.shared_by != 0)) {
      report(field(i, "shared_by"), fmt::format("saw {}; expected a divisor of the chip's {} cores",
                                                level.shared_by, chip_.cores));
    }
  }

  // Level i stands behind level j.
  void against(std::size_t i, std::size_t j) {
    const MemoryLevel &outer = chip_.levels[i], &inner = chip_.levels[j];
    if (outer.name == inner.name)
      report(field(i, "name"), fmt::format("saw '{}' again; expected another name", outer.name));
    if (distance(outer.kind) < distance(inner.kind)) {
      report(field(i, "kind"), fmt::format("saw a {} behind the {} '{}'; expected levels innermost "
                                           "first",
                                           name_of(outer.kind), name_of(inner.kind), inner.name));
      return;
    }
    if (outer.shared_by != 0 && (inner.shared_by == 0 || outer.shared_by < inner.shared_by)) {
      report(field(i, "shared_by"),
             fmt::format("saw {}; expected at least the cores that share '{}'", outer.shared_by,
                         inner.name));
      return;
    }
    const int copies = std::max(1, instances(outer, chip_)),
              inner_copies = std::max(1, instances(inner, chip_));
    const Bytes room = outer.capacity / double(copies),
                held = inner.capacity / double(inner_copies);
    if (outer.capacity.value() > 0 && room < held) {
      report(field(i, "capacity"),
             fmt::format("saw {}; expected no less than the {} of '{}', which it stands behind",
                         field(i, "capacity").seen(), show(held * double(copies)), inner.name));
    }
    if (inner.bandwidth.value() > 0 && outer.bandwidth > inner.bandwidth) {
      report(field(i, "bandwidth"),
             fmt::format("saw {}; expected at most the {} of '{}', which stands before it",
                         field(i, "bandwidth").seen(), show(inner.bandwidth), inner.name));
    }
    if (outer.latency.value() > 0 && outer.latency < inner.latency) {
      report(field(i, "latency"),
             fmt::format("saw {}; expected no less than the {} of '{}', which stands before it",
                         field(i, "latency").seen(), show(inner.latency), inner.name));
    }
  }

  // What both forms say must be the same; what one says alone is taken.
  template <class T>
  void settle(std::initializer_list<const char*> path, T& brief, T full, const char* what) {
    if (!(full.value() > 0)) return;
    const Node* node = &root_;
    for (const char* step : path) node = node != nullptr ? node->find(step) : nullptr;
    if (node != nullptr && differ(brief, full)) {
      report(*node, fmt::format("saw {}; expected {} as /levels says of {}, or nothing here",
                                node->seen(), show(full), what));
      return;
    }
    brief = full;
  }

  void agree() {
    if (const MemoryLevel* main = first_of(chip_.levels, LevelKind::Memory)) {
      settle({"memory", "capacity"}, chip_.memory.capacity, main->capacity, "main memory");
      settle({"memory", "bandwidth"}, chip_.memory.bandwidth, main->bandwidth, "main memory");
    }
    if (const MemoryLevel* last = last_cache(chip_.levels))
      settle({"l2"}, chip_.l2, last->capacity, "its last cache");
    settle({"sram"}, chip_.sram, in_cores(chip_.levels), "all memory in the cores");
    if (const MemoryLevel* host = first_of(chip_.levels, LevelKind::Host))
      settle({"host_link"}, chip_.host_link, host->bandwidth, "the host");
  }

  const Node& root_;
  const Node& list_;
  Chip& chip_;
  Diagnostics& problems_;
};

// A scratchpad of which no tile can be made is none.
void check_smallest_tile(const Node& root, const Chip& chip, Diagnostics& problems) {
  const Bytes least = smallest_tile(chip);
  for (const MemoryLevel& level : on_chip_levels(chip)) {
    if (level.capacity >= least) continue;
    const Node* node = root.find("sram");
    for (std::size_t i = 0; i < chip.levels.size(); ++i) {
      if (chip.levels[i] == level) node = root.find("levels")->items[i].find("capacity");
    }
    if (node == nullptr) node = root.find("l2");
    problems.push_back(
        {node != nullptr ? node->where() : root.where(),
         fmt::format("saw {}; expected room for the smallest tile, {} x {} x {} in bf16: {}",
                     node != nullptr ? node->seen() : show(level.capacity), chip.matrix_unit,
                     chip.matrix_unit, chip.matrix_unit, show(least))});
  }
}

// Units, engines, wires and packages of which half is said, or nonsense.
void check_parts(const Node& root, const Chip& chip, Diagnostics& problems) {
  const auto claim = [&](const char* part, const char* key, bool holds, const char* expected) {
    const Node* map = root.find(part);
    if (map == nullptr || holds) return;
    const Node* field = map->find(key);
    if (field == nullptr) return detail::report_missing(*map, key, problems);
    problems.push_back(
        {field->where(), fmt::format("saw {}; expected {}", field->seen(), expected)});
  };
  claim("dma", "engines", chip.dma.engines > 0, "1 or more");
  claim("dma", "bandwidth", chip.dma.bandwidth > BytesPerSecond{}, "a rate above zero");
  claim("dma", "run", chip.dma.run >= Seconds{}, "no less than zero");
  claim("dma", "start", chip.dma.start >= Seconds{}, "no less than zero");
  const OnChipNetwork& wires = chip.on_chip_network;
  claim("on_chip_network", "link", wires.link > BytesPerSecond{}, "a rate above zero");
  claim("on_chip_network", "hop", wires.hop >= Seconds{}, "no less than zero");
  claim("on_chip_network", "entrances", wires.entrances > 0, "1 or more");
  const GatherEngine& gather = chip.gather;
  claim("gather", "engines", gather.engines >= 0, "none or more");
  claim("gather", "subcores", gather.subcores > 0, "1 or more");
  claim("gather", "lanes", gather.lanes > 0, "1 or more");
  claim("gather", "granule", gather.granule > Bytes{}, "a size above zero");
  const Package& package = chip.package;
  claim("package", "stacks", package.stacks >= 0, "none or more");
  claim("package", "links", package.links >= 0, "none or more");
  claim("package", "cores_built", package.cores_built == 0 || package.cores_built >= chip.cores,
        "at least the chip's cores");
  claim("package", "dies", !package.dies.empty() || !package.memory.empty(), "one or more");
  claim("package", "packaging", package.dies.empty() || !package.packaging.empty(), "its name");
}

}  // namespace

int instances(const MemoryLevel& level, const Chip& chip) {
  return level.shared_by > 0 ? std::max(1, chip.cores / level.shared_by) : 1;
}

Bytes smallest_tile(const Chip& chip) {
  constexpr double kOperand = 2.0, kSum = 4.0;
  const double side = chip.kind == ChipKind::Gpu ? 0.0 : chip.matrix_unit;
  return Bytes{side * side * (kOperand + kOperand + kSum)};
}

std::vector<MemoryLevel> memory_levels(const Chip& chip) {
  std::vector<MemoryLevel> out = chip.levels;
  const auto insert = [&](MemoryLevel level) {
    auto at = out.begin();
    while (at != out.end() && distance(at->kind) <= distance(level.kind)) ++at;
    out.insert(at, std::move(level));
  };
  const auto made = [](const char* name, LevelKind kind, Bytes capacity, BytesPerSecond bandwidth) {
    MemoryLevel level;
    level.name = name;
    level.kind = kind;
    level.capacity = capacity;
    level.bandwidth = bandwidth;
    return level;
  };
  // On a machine whose main memory is SRAM, `sram` is that memory.
  if (chip.kind != ChipKind::Sram) {
    if (chip.sram > Bytes{} && !(in_cores(chip.levels) > Bytes{}))
      insert(made("scratchpad", LevelKind::Scratchpad, chip.sram, {}));
    // Outside GPUs, a cache no larger than `sram` is the same memory written twice.
    const bool is_apart = chip.kind == ChipKind::Gpu || chip.l2 > chip.sram;
    if (chip.l2 > Bytes{} && is_apart && last_cache(chip.levels) == nullptr)
      insert(made("l2", LevelKind::Cache, chip.l2, {}));
  }
  if (first_of(chip.levels, LevelKind::Memory) == nullptr)
    insert(made("memory", LevelKind::Memory, chip.memory.capacity, chip.memory.bandwidth));
  if (chip.host_link > BytesPerSecond{} && first_of(chip.levels, LevelKind::Host) == nullptr)
    insert(made("host", LevelKind::Host, {}, chip.host_link));
  return out;
}

std::vector<MemoryLevel> on_chip_levels(const Chip& chip) {
  std::vector<MemoryLevel> out;
  for (MemoryLevel& level : memory_levels(chip)) {
    if (is_on_chip(level.kind)) out.push_back(std::move(level));
  }
  return out;
}

void complete(const Node& node, Chip& chip, Diagnostics& problems) {
  const bool clean = problems.empty();
  if (node.find("memory") == nullptr && first_of(chip.levels, LevelKind::Memory) == nullptr)
    detail::report_missing(node, "memory", problems);
  if (!clean) return;  // levels that did not read cannot be compared
  const Node* list = node.find("levels");
  if (list != nullptr && list->is_sequence()) LevelCheck(node, chip, problems).run();
  const Node* unit = node.find("matrix_unit");
  if (unit != nullptr && chip.matrix_unit < 0) {
    problems.push_back({unit->where(), fmt::format("saw {}; expected none or more rows and columns",
                                                   unit->seen())});
  }
  if (problems.empty()) check_smallest_tile(node, chip, problems);
  check_parts(node, chip, problems);
}

}  // namespace orrery
