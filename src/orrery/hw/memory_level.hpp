// MemoryLevel: one memory of a chip, from registers to what hangs behind its links.
#pragma once
#include <cstdint>
#include <string>
#include <utility>

#include "orrery/base/text/reader.hpp"
#include "orrery/base/units.hpp"

namespace orrery {

enum class LevelKind : std::uint8_t { Register, Scratchpad, Cache, Memory, Host, Cxl };

template <>
struct EnumNames<LevelKind> {
  static constexpr std::pair<const char*, LevelKind> values[] = {
      {"register", LevelKind::Register}, {"scratchpad", LevelKind::Scratchpad},
      {"cache", LevelKind::Cache},       {"memory", LevelKind::Memory},
      {"host", LevelKind::Host},         {"cxl", LevelKind::Cxl}};
};

// Capacity and bandwidth are the whole chip's, all instances together.
struct MemoryLevel {
  std::string name;
  LevelKind kind = LevelKind::Scratchpad;
  Bytes capacity;
  BytesPerSecond bandwidth;  // towards the units; zero: not known, and never what is waited for
  Seconds latency;
  int shared_by = 0;  // cores that share one instance; 0: all
  int banks = 0;      // 0: not known

  friend bool operator==(const MemoryLevel&, const MemoryLevel&) = default;
};

template <class V>
void describe(V& v, MemoryLevel& l) {
  v("name", l.name, "what reports call it", kRequired);
  v("kind", l.kind, "who fills it: the compiler, hardware, or a link", kRequired);
  v("capacity", l.capacity, "of the whole chip, all instances together");
  v("bandwidth", l.bandwidth,
    "towards the units, all instances together; left out: never waited for");
  v("latency", l.latency, "of one access without load");
  v("shared_by", l.shared_by, "cores that share one instance; 0: all");
  v("banks", l.banks, "that serve accesses at once, all instances together; 0: not known");
}

}  // namespace orrery
