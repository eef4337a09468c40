#include <filesystem>

#include "orrery/study/network/read/flow_file.hpp"
#include "orrery/study/network/read/parts.hpp"

namespace orrery::network_parts {
namespace {

// More would not fit this machine's memory.
constexpr std::int64_t kMostFlows = 20'000'000;

// PREFIX.0.et, PREFIX.1.et, ... or one file for all ranks.
std::vector<std::string> trace_files(const Node& said) {
  namespace fs = std::filesystem;
  const std::string path = (fs::path(said.file).parent_path() / said.scalar).string();
  if (fs::is_regular_file(path)) return {path};
  std::vector<std::string> out;
  for (int rank = 0;; ++rank) {
    std::string own = fmt::format("{}.{}.et", path, rank);
    if (!fs::is_regular_file(own)) return out;
    out.push_back(std::move(own));
  }
}

void read_chakra(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  const std::size_t before = problems.size();
  std::string ignored;
  std::int64_t ranks = 0;
  FieldReader reader(node, problems);
  reader("chakra", ignored, "execution traces");
  reader("ranks", ranks, "how many do what the one trace says");
  reader.finish();
  if (problems.size() > before) return;
  const Complaints fail(node, problems);
  const auto endpoints = static_cast<std::int64_t>(study.topology->wires().endpoints);
  const std::vector<std::string> files = trace_files(*node.find("chakra"));
  if (files.empty()) return fail("chakra", "a Chakra trace, or PREFIX of PREFIX.0.et and so on");
  auto workload = std::make_shared<ChakraWorkload>();
  for (const std::string& file : files) {
    auto trace = read_chakra_trace(file);
    if (!trace) return append(problems, trace.error());
    workload->traces.push_back(std::move(*trace));
  }
  const auto traced = static_cast<std::int64_t>(files.size());
  if (ranks == 0) ranks = traced > 1 ? traced : endpoints;
  if (ranks < 2 || ranks > endpoints || (traced > 1 && ranks != traced))
    return fail("ranks", fmt::format("2 to {} ranks{}", endpoints,
                                     traced > 1 ? fmt::format(", here {}", traced) : ""));
  workload->ranks = static_cast<std::uint32_t>(ranks);
  if (const std::string what = disagreement(*workload); !what.empty()) return fail("chakra", what);
  study.trace = std::move(workload);
  study.pattern = "Chakra trace " + node.find("chakra")->scalar;
}

}  // namespace

void read_traffic(const Node& node, NetworkStudy& study, Diagnostics& problems) {
  if (node.find("chakra") != nullptr && study.topology != nullptr)
    return read_chakra(node, study, problems);
  const std::size_t before = problems.size();
  const Node* file = node.find("file");
  PatternSpec spec;
  FieldReader reader(node, problems);
  describe(reader, spec);
  reader.also("file");
  reader.also("chakra");
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
