// Traffic by name: who sends to whom in the patterns that networks are judged by.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "orrery/base/text/reader.hpp"
#include "orrery/network/traffic/flow_list.hpp"

namespace orrery {

enum class Pattern : std::uint8_t { Permutation, Incast, AllToAll, Uniform, Hotspot };

template <>
struct EnumNames<Pattern> {
  static constexpr std::pair<const char*, Pattern> values[] = {
      {"permutation", Pattern::Permutation},
      {"incast", Pattern::Incast},
      {"all_to_all", Pattern::AllToAll},
      {"uniform", Pattern::Uniform},
      {"hotspot", Pattern::Hotspot}};
};

struct PatternSpec {
  Pattern pattern = Pattern::Permutation;
  Bytes size;                // of each flow
  std::int64_t flows = 0;    // uniform, hotspot: how many; 0: one an endpoint
  std::int64_t senders = 0;  // incast: how many; 0: all others
  double load = 0.0;         // uniform, hotspot: of the endpoints' bandwidth; 0: all start at once
  double hot_share = 0.5;    // hotspot: of flows that go to the hot endpoint
  std::int64_t seed = 1;
};

// permutation: everyone to another, everyone from another (Sattolo 1986: one cycle).
// incast: senders to endpoint 0. uniform: pairs drawn at random. hotspot: a share of them to
// endpoint 0. With a load, starts are a Poisson process over all endpoints.
std::vector<Flow> flows_of(const PatternSpec& spec, std::uint32_t endpoints,
                           BytesPerSecond injection);

}  // namespace orrery
