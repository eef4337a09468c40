#include "orrery/study/network/read/flow_file.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

// More would not fit this machine's memory.
constexpr std::int64_t kMostFlows = 20'000'000;

}  // namespace

void read_traffic(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  const std::size_t before = problems.size();
  const Node* file = node.find("file");
  PatternSpec spec;
  FieldReader reader(node, problems);
  describe(reader, spec);
  reader.also("file");
  reader.finish();
  if (problems.size() > before || study.topology == nullptr) return;
  const std::uint32_t endpoints = study.topology->wires().endpoints;
  if (file != nullptr) {
    auto flows = read_flow_file(*file, endpoints);
    if (!flows) {
      append(problems, flows.error());
      return;
    }
    study.flows = std::move(*flows);
    study.pattern = "flows of " + file->scalar;
    return;
  }
  const Complaints fail(node, problems);
  if (node.find("pattern") == nullptr) detail::report_missing(node, "pattern", problems);
  if (!(spec.size.value() > 0.0)) fail("size", "the size of a flow, above zero");
  if (endpoints < 2) fail("pattern", "a network of two endpoints or more");
  if (spec.load < 0.0 || spec.load > 100.0) fail("load", "0 to 100");
  if (spec.hot_share < 0.0 || spec.hot_share > 1.0) fail("hot_share", "0 to 1");
  if (spec.senders < 0) fail("senders", "0 or more");
  const double pairs = static_cast<double>(endpoints) * (endpoints - 1.0);
  if (spec.flows < 0 || spec.flows > kMostFlows ||
      (spec.pattern == Pattern::AllToAll && pairs > static_cast<double>(kMostFlows)))
    fail(spec.pattern == Pattern::AllToAll ? "pattern" : "flows",
         fmt::format("0 to {} flows", kMostFlows));
  if (problems.size() > before) return;
  study.flows = flows_of(spec, endpoints, study.topology->wires().injection(0));
  study.pattern = name_of(spec.pattern);
  study.sizes = {spec.size};
}

}  // namespace orrery::network_parts
