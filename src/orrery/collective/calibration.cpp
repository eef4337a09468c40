#include "orrery/collective/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace orrery {
namespace {

void check(const FabricCalibration& f, const Node& node, Diagnostics& problems) {
  for (const auto* lines : {&f.all_reduce, &f.gather, &f.in_network, &f.all_to_all, &f.send_recv,
                            &f.one_shot, &f.two_shot}) {
    for (const ProtocolLine& line : *lines) {
      if (line.efficiency > 0.0 && std::isfinite(line.efficiency)) continue;
      problems.push_back(
          {node.where(), "saw an efficiency of zero or less; expected a share above 0"});
    }
  }
  if (!(f.crowding >= 0.0 && f.crowding < 1.0)) {
    problems.push_back({node.where(), "saw a crowding outside 0 to 1; expected a share"});
  }
}

}  // namespace

const FabricCalibration& CollectiveCalibration::of(std::string_view fabric) const {
  static const FabricCalibration wire;
  for (const FabricCalibration& f : fabrics) {
    if (f.fabric == fabric) return f;
  }
  return wire;
}

tl::expected<CollectiveCalibration, Diagnostics> read_collective_calibration(
    const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  Diagnostics problems;
  if (error) {
    problems.push_back({folder, "saw no such folder; expected one of collective calibrations"});
  }
  std::sort(paths.begin(), paths.end());
  CollectiveCalibration out;
  for (const std::string& path : paths) {
    const auto node = read_document(path);
    if (!node) {
      problems.insert(problems.end(), node.error().begin(), node.error().end());
      continue;
    }
    out.fabrics.push_back(read<FabricCalibration>(*node, problems));
    check(out.fabrics.back(), *node, problems);
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return out;
}

}  // namespace orrery
