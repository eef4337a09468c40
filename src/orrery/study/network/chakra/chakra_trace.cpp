#include "orrery/study/network/chakra/chakra_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "orrery/study/network/chakra/wire_reader.hpp"

namespace orrery {
namespace {

// Field numbers and enumerators of et_def.proto.
enum NodeField : std::uint32_t {
  kId = 1,
  kType = 3,
  kDataDependencies = 5,
  kDurationMicros = 7,
  kAttribute = 10
};
enum NodeType : std::uint64_t { kSendNode = 5, kReceiveNode = 6, kCollectiveNode = 7 };
constexpr std::uint32_t kAttributeName = 1;
constexpr CollectiveKind kKinds[] = {CollectiveKind::AllReduce,
                                     CollectiveKind::Reduce,
                                     CollectiveKind::AllGather,
                                     CollectiveKind::Barrier /* gather: refused */,
                                     CollectiveKind::Barrier /* scatter: refused */,
                                     CollectiveKind::Broadcast,
                                     CollectiveKind::AllToAll,
                                     CollectiveKind::ReduceScatter,
                                     CollectiveKind::ReduceScatter,
                                     CollectiveKind::Barrier};
constexpr std::uint64_t kGather = 3, kScatter = 4;

// A node as the file has it.
struct Raw {
  std::uint64_t id = 0, type = 0, micros = 0;
  std::vector<std::uint64_t> dependencies;
  std::map<std::string, std::uint64_t, std::less<>> numbers;  // attributes that are numbers
};

void add_dependencies(const WireField& field, Raw& raw) {
  if (field.bytes.empty()) {  // one, not packed; an empty packed list adds nothing
    raw.dependencies.push_back(field.value);
    return;
  }
  WireReader list(field.bytes);
  for (std::uint64_t id = 0; list.next_number(id);) raw.dependencies.push_back(id);
}

void add_attribute(std::string_view bytes, Raw& raw) {
  WireReader reader(bytes);
  std::string name;
  std::optional<std::uint64_t> number;
  for (WireField f; reader.next(f);) {
    if (f.number == kAttributeName) {
      name = f.bytes;
    } else if (f.bytes.empty()) {
      number = f.value;
    }
  }
  if (number) raw.numbers[name] = *number;
}

Raw raw_of(std::string_view message, bool& is_broken) {
  Raw raw;
  WireReader reader(message);
  for (WireField f; reader.next(f);) {
    if (f.number == kId) raw.id = f.value;
    if (f.number == kType) raw.type = f.value;
    if (f.number == kDurationMicros) raw.micros = f.value;
    // Control dependencies name the caller, which ends after it; feeders order by data alone.
    if (f.number == kDataDependencies) add_dependencies(f, raw);
    if (f.number == kAttribute) add_attribute(f.bytes, raw);
  }
  is_broken = is_broken || reader.is_broken();
  return raw;
}

std::uint64_t number_of(const Raw& raw, std::string_view name, std::uint64_t fallback = 0) {
  const auto found = raw.numbers.find(name);
  return found != raw.numbers.end() ? found->second : fallback;
}

// nullopt: a collective that none of ours is.
std::optional<ChakraNode> node_of(const Raw& raw) {
  ChakraNode node;
  const bool on_host = number_of(raw, "is_cpu_op") != 0;
  const Bytes size{static_cast<double>(number_of(raw, "comm_size"))};
  if (!on_host && (raw.type == kSendNode || raw.type == kReceiveNode)) {
    const bool sends = raw.type == kSendNode;
    node.does = sends ? ChakraNode::Does::Send : ChakraNode::Does::Receive;
    node.size = size;
    node.peer = static_cast<std::uint32_t>(number_of(raw, sends ? "comm_dst" : "comm_src"));
    node.tag = number_of(raw, "comm_tag");
  } else if (!on_host && raw.type == kCollectiveNode) {
    const std::uint64_t kind = number_of(raw, "comm_type");
    if (kind == kGather || kind == kScatter || kind >= std::size(kKinds)) return std::nullopt;
    node.does = ChakraNode::Does::Collective;
    node.kind = kKinds[kind];
    node.size = size;
  } else if (!on_host) {
    node.duration = Seconds{static_cast<double>(raw.micros) * 1e-6};
  }
  return node;
}

// False where a circle keeps some from ever starting (Kahn 1962).
bool can_all_start(const ChakraTrace& trace) {
  std::vector<std::uint32_t> unmet, free;
  for (std::uint32_t i = 0; i < trace.nodes.size(); ++i) {
    unmet.push_back(trace.nodes[i].waits_for);
    if (unmet.back() == 0) free.push_back(i);
  }
  for (std::size_t at = 0; at < free.size(); ++at) {
    for (const std::uint32_t f : trace.nodes[free[at]].followers) {
      if (--unmet[f] == 0) free.push_back(f);
    }
  }
  return free.size() == trace.nodes.size();
}

}  // namespace

tl::expected<ChakraTrace, Diagnostics> read_chakra_trace(const std::string& path) {
  const auto fail = [&](const std::string& what) {
    return tl::unexpected(Diagnostics{{path + ":1:1: /", what}});
  };
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) return fail("saw no such file; expected a Chakra trace");
  const std::string bytes = text.str();
  WireReader file(bytes);
  std::string_view message;
  bool is_broken = !file.next_message(message);  // global metadata
  std::vector<Raw> raws;
  while (!is_broken && file.next_message(message)) raws.push_back(raw_of(message, is_broken));
  if (is_broken || file.is_broken() || raws.empty())
    return fail(fmt::format("saw {} bytes that are no messages; expected a Chakra trace (.et)",
                            bytes.size()));
  std::ranges::sort(raws, {}, &Raw::id);
  ChakraTrace trace{.file = path};
  std::map<std::uint64_t, std::uint32_t> place;
  for (const Raw& raw : raws) {
    if (!place.emplace(raw.id, static_cast<std::uint32_t>(trace.nodes.size())).second)
      return fail(fmt::format("saw two nodes {}; expected ids of their own", raw.id));
    const auto node = node_of(raw);
    if (!node)
      return fail(
          fmt::format("saw collective {} in node {}; expected one of all_reduce, reduce, "
                      "all_gather, broadcast, all_to_all, reduce_scatter, barrier",
                      number_of(raw, "comm_type"), raw.id));
    if (node->does == ChakraNode::Does::Collective)
      trace.collectives.push_back(static_cast<std::uint32_t>(trace.nodes.size()));
    trace.nodes.push_back(*node);
  }
  for (const Raw& raw : raws) {
    const std::uint32_t own = place.at(raw.id);
    for (const std::uint64_t id : raw.dependencies) {
      const auto found = place.find(id);
      if (found == place.end()) continue;  // converters leave roots of the host's tree out
      trace.nodes[found->second].followers.push_back(own);
      ++trace.nodes[own].waits_for;
    }
  }
  if (!can_all_start(trace))
    return fail("saw nodes that wait for each other in a circle; expected an order");
  return trace;
}

}  // namespace orrery
