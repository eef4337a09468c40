#include <fmt/format.h>

#include <filesystem>

#include "orrery/study/network/read/parts.hpp"
#include "orrery/study/study.hpp"

namespace orrery {

bool asks_about_network(const Node& root) {
  const Node* task = root.find("task");
  return task != nullptr && (task->scalar == "collective" || task->scalar == "traffic");
}

ScheduleRequest request_of(const NetworkStudy& study, Bytes vector) {
  const CollectiveSpec& c = *study.collective;
  return {c.kind,
          vector,
          static_cast<std::uint32_t>(c.ranks / c.groups),
          static_cast<std::uint32_t>(c.node),
          c.groups == 1 ? study.shape : std::vector<int>{},
          static_cast<std::uint32_t>(c.chunks)};
}

tl::expected<NetworkStudy, Diagnostics> read_network_study(const Node& root) {
  using namespace network_parts;
  Diagnostics problems;
  NetworkStudy study;
  study.inputs_hash = hash_of(root);
  study.name = std::filesystem::path(root.file).stem().string();
  const bool is_collective = root.find("task")->scalar == "collective";
  const char* question = is_collective ? "collective" : "traffic";
  FieldReader reader(root, problems);
  reader("name", study.name, "shown in reports");
  reader("fabric", study.fabric, "how finely messages are followed");
  reader("packet", study.packet, "switches and end hosts of fabric: packet");
  for (const char* key : {"task", "cluster", "placement", "background", "neighbours", question})
    reader.also(key);
  reader.finish();
  if (const Node* cluster = root.find("cluster"); cluster != nullptr) {
    read_wires(*cluster, study, problems);
  } else {
    detail::report_missing(root, "cluster", problems);
  }
  const Node* asked = root.find(question);
  if (asked == nullptr || !asked->is_map()) {
    const Node& where = named_or(root, question);
    problems.push_back(
        {where.where(), fmt::format("saw {}; expected {}: a map of keys", where.seen(), question)});
  } else if (is_collective) {
    read_collective(*asked, study, problems);
  } else {
    read_traffic(*asked, study, problems);
  }
  if (const Node* node = root.find("placement")) read_placement(*node, study, problems);
  if (const Node* node = root.find("background")) read_background(*node, study, problems);
  if (const Node* node = root.find("neighbours")) read_neighbours(*node, study, problems);
  if (problems.empty()) check_packets(root, study, problems);
  if (problems.empty()) check_failed_ways(*root.find("cluster"), study, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  return study;
}

}  // namespace orrery
