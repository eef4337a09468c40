#include "orrery/study/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "orrery/compute/lending/lending.hpp"
#include "orrery/compute/models/builtins.hpp"
#include "orrery/model/build.hpp"
#include "orrery/model/hf_config.hpp"
#include "orrery/model/spec.hpp"

#ifndef ORRERY_INSTALLED_CATALOG
#define ORRERY_INSTALLED_CATALOG ""
#endif
#ifndef ORRERY_SOURCE_CATALOG
#define ORRERY_SOURCE_CATALOG ""
#endif

namespace orrery {
namespace fs = std::filesystem;
namespace {

template <class T>
Read<T> read_whole(const Read<Node>& node) {
  if (!node) return tl::unexpected(node.error());
  Diagnostics problems;
  T value = read<T>(*node, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  return value;
}

tl::unexpected<Diagnostics> at(const Node& where, std::string what) {
  return tl::unexpected(Diagnostics{{where.where(), std::move(what)}});
}

bool is_file(const std::string& path) {
  std::error_code ec;
  return fs::is_regular_file(path, ec);
}

Read<OpGraph> model_of_spec(const Node& node) {
  Diagnostics problems;
  const ModelSpec spec = read<ModelSpec>(node, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  return build(spec);
}

}  // namespace

Catalog Catalog::standard() {
  if (const char* root = std::getenv("ORRERY_CATALOG")) return Catalog(root);
  std::error_code ec;
  if (fs::is_directory(ORRERY_INSTALLED_CATALOG, ec)) return Catalog(ORRERY_INSTALLED_CATALOG);
  return Catalog(ORRERY_SOURCE_CATALOG);
}

std::vector<std::string> Catalog::names(const std::string& folder) const {
  std::vector<std::string> out;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(root_ + "/" + folder, ec)) {
    if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

Read<Node> Catalog::document(const std::string& folder, const std::string& name) const {
  return read_document(fmt::format("{}/{}/{}.yaml", root_, folder, name));
}

Read<Node> Catalog::named(const std::string& folder, const char* what, const std::string& name,
                          const Node& where) const {
  const bool plain = name.find('/') == std::string::npos && name.find("..") == std::string::npos;
  if (plain && is_file(fmt::format("{}/{}/{}.yaml", root_, folder, name)))
    return document(folder, name);
  const std::vector<std::string> known = names(folder);
  if (known.empty()) {
    return at(where, fmt::format("saw no {} in the catalog '{}'; expected the files of {}/ there", folder,
                                 root_, folder));
  }
  const std::string near = nearest_name(name, known);
  const std::string list = folder.substr(folder.rfind('/') + 1);  // calibration/stacks: stacks
  const std::string hint = !near.empty() && list == "collectives" ? fmt::format("'{}'", near)
                           : !near.empty() ? fmt::format("'{}' or another of `orrery list {}`", near, list)
                           : known.size() > 12 ? fmt::format("one of `orrery list {}`", list)
                                               : fmt::format("one of {}", fmt::join(known, ", "));
  return at(where, fmt::format("saw the unknown {} '{}'; expected {}", what, name, hint));
}

Read<Node> Catalog::chip_document(const std::string& name, const Node& where) const {
  if (!name.ends_with(".yaml")) return named("chips", "chip", name, where);
  // A path in a study is relative to the study's own folder, then to the working folder.
  const std::string beside = (fs::path(where.file).parent_path() / name).string();
  return read_document(is_file(beside) ? beside : name);
}

Read<Chip> Catalog::chip(const std::string& name, const Node& where) const {
  return read_whole<Chip>(chip_document(name, where));
}

Read<Cluster> Catalog::cluster(const std::string& name, int chips, const Node& where,
                               const Node& count) const {
  const auto file = read_whole<ClusterFile>(named("clusters", "cluster", name, where));
  if (!file) return tl::unexpected(file.error());
  const auto chip_read = chip(file->chip, where);
  if (!chip_read) return tl::unexpected(chip_read.error());
  return finish_cluster(*file, *chip_read, chips, count);
}

Read<Cluster> Catalog::cluster(const Node& where) const {
  if (where.is_scalar()) return cluster(where.scalar, 0, where, where);
  if (!where.is_map())
    return at(where, fmt::format("saw {}; expected a cluster's name or a map", where.seen()));
  Diagnostics problems;
  if (const Node* base = where.find("base")) {
    struct Derived {
      std::string base;
      int chips = 0;
    } derived;
    FieldReader reader(where, problems);
    reader("base", derived.base, "catalog name");
    reader("chips", derived.chips, "chips in all");
    reader.finish();
    if (derived.chips < 0 || (where.find("chips") != nullptr && derived.chips == 0)) {
      const Node* chips = where.find("chips");
      problems.push_back(
          {chips->where(), fmt::format("saw {}; expected 1 or more", chips->seen())});
    }
    if (!problems.empty()) return tl::unexpected(problems);
    return cluster(derived.base, derived.chips, *base,
                   derived.chips > 0 ? *where.find("chips") : *base);
  }
  const ClusterFile file = read<ClusterFile>(where, problems);
  for (std::size_t i = 0; problems.empty() && i < file.tiers.size(); ++i) {
    const Node& tier = where.find("tiers")->items[i];
    const Node* fabric = tier.find("fabric");
    const auto known = named("calibration/collectives", "fabric", file.tiers[i].fabric,
                             fabric != nullptr ? *fabric : tier);
    if (!known) problems = known.error();
  }
  if (!problems.empty()) return tl::unexpected(problems);
  const auto chip_read = chip(file.chip, *where.find("chip"));
  if (!chip_read) return tl::unexpected(chip_read.error());
  return finish_cluster(file, *chip_read, file.chips, where);
}

Read<OpGraph> Catalog::model(const Node& where) const {
  if (where.is_map()) return model_of_spec(where);
  if (!where.is_scalar()) {
    return at(where, fmt::format("saw {}; expected a model's name, a path or a map", where.seen()));
  }
  const std::string& name = where.scalar;
  const bool is_path =
      name.ends_with(".json") || name.ends_with(".yaml") || name.find('/') != std::string::npos;
  if (!is_path) {
    const auto node = named("models", "model", name, where);
    if (!node) return tl::unexpected(node.error());
    return model_of_spec(*node);
  }
  // A path in a study is relative to the study's own folder, then to the working folder.
  const std::string beside = (fs::path(where.file).parent_path() / name).string();
  const auto node = read_document(is_file(beside) ? beside : name);
  if (!node) return tl::unexpected(node.error());
  if (!name.ends_with(".json")) return model_of_spec(*node);
  const auto spec = from_hf_config(*node, fs::path(name).stem().string());
  if (!spec) return tl::unexpected(spec.error());
  return build(*spec);
}

Read<Stack> Catalog::stack(const std::string& name, const Node& where) const {
  return read_whole<Stack>(named("calibration/stacks", "stack", name, where));
}

Read<KernelCalibration> Catalog::kernels(const Chip& chip) const {
  const std::string folder = root_ + "/calibration/kernels";
  const std::string file = kernel_calibration_file(chip, folder);
  if (file.empty())
    return tl::unexpected(Diagnostics{
        {"", fmt::format("saw no kernel calibration for chip '{}'; expected "
                         "catalog/calibration/kernels/{}.yaml",
                         chip.name, name_of(chip.kind))}});
  auto own = read_whole<KernelCalibration>(
      document("calibration/kernels", fs::path(file).stem().string()));
  if (!own || own->fitted_on.empty() || own->fitted_on == chip.name) return own;
  const auto from = this->chip(own->fitted_on, Node{});
  if (!from) return tl::unexpected(from.error());
  if (from->generation == chip.generation) return lent(std::move(*own), *from, chip);
  const auto relatives = lenders();
  if (!relatives) return tl::unexpected(relatives.error());
  return lent_by_kin(*relatives, chip, own->attention_library);
}

Read<std::vector<Lender>> Catalog::lenders() const {
  std::vector<Lender> out;
  for (const std::string& name : names("calibration/kernels")) {
    auto timed = read_whole<KernelCalibration>(document("calibration/kernels", name));
    if (!timed) return tl::unexpected(timed.error());
    if (timed->fitted_on.empty() || !timed->borrowed_from.empty()) continue;
    // a chip's further files are of other software stacks
    const auto is_again = [&](const Lender& l) { return l.chip.name == timed->fitted_on; };
    if (std::ranges::any_of(out, is_again)) continue;
    auto chip = this->chip(timed->fitted_on, Node{});
    if (!chip) return tl::unexpected(chip.error());
    out.push_back({std::move(*chip), std::move(*timed)});
  }
  return out;
}

Read<CollectiveCalibration> Catalog::collectives(const Cluster& cluster) const {
  CollectiveCalibration out;
  for (const Tier& tier : cluster.tiers) {
    const auto one =
        read_whole<FabricCalibration>(document("calibration/collectives", tier.fabric));
    if (!one) return tl::unexpected(one.error());
    out.fabrics.push_back(*one);
  }
  return out;
}

Read<MemoryAllowance> Catalog::memory(const Chip& chip) const {
  return read_whole<MemoryAllowance>(
      document("calibration/memory", chip.kind == ChipKind::Tpu ? "tpu" : "gpu"));
}

Read<DramKind> Catalog::memory_kind(const std::string& name, const std::string& where) const {
  const std::vector<std::string> known = names("memories");
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    return tl::unexpected(Diagnostics{
        {where, fmt::format("saw the memory '{}', whose timings are unknown; expected one of {}",
                            name, fmt::join(known, ", "))}});
  }
  const auto document = this->document("memories", name);
  if (!document) return tl::unexpected(document.error());
  Diagnostics problems;
  DramKind kind = read<DramKind>(*document, problems);
  if (!problems.empty()) return tl::unexpected(problems);
  for (const DramMistake& m : mistakes(kind)) {
    const Node* node = document->find(m.key);
    problems.push_back({(node != nullptr ? *node : *document).where(), m.what});
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return kind;
}

Read<ComputeModelMaker> Catalog::compute_model(const std::string& name) const {
  DramKinds known;
  if (!plays_memory(name)) return compute_model_named(name);
  for (const std::string& memory : names("memories")) {
    auto kind = memory_kind(memory, "");
    if (!kind) return tl::unexpected(kind.error());
    known.push_back(std::move(*kind));
  }
  return compute_model_named(name, std::move(known));
}

Read<PowerCalibration> Catalog::power(const Chip& chip) const {
  const std::string folder = "calibration/power";
  for (const std::string& name : {chip.name, chip.generation, std::string(name_of(chip.kind))}) {
    if (name.empty() || !is_file(fmt::format("{}/{}/{}.yaml", root_, folder, name))) continue;
    auto own = read_whole<PowerCalibration>(document(folder, name));
    if (!own || own->borrowing == Borrowing::None) return own;
    return lent_power(own->borrowed_from, own->borrowing, chip);
  }
  return tl::unexpected(Diagnostics{
      {"", fmt::format("saw no power coefficients for chip '{}'; expected catalog/{}/{}.yaml",
                       chip.name, folder, name_of(chip.kind))}});
}

Read<PowerCalibration> Catalog::lent_power(const std::vector<std::string>& lenders, Borrowing how,
                                           const Chip& to) const {
  Technology known;
  if (how == Borrowing::PowerLimit) {
    auto read = technology();
    if (!read) return tl::unexpected(read.error());
    known = std::move(*read);
  }
  const auto node_of = [&](const Chip& chip) -> const ProcessNode* {
    const std::vector<Die>& dies = chip.package.dies;
    return dies.empty() ? nullptr : orrery::named(known.nodes, dies[0].node);
  };
  std::vector<PowerCalibration> lent;
  for (const std::string& name : lenders) {
    const auto metered = read_whole<PowerCalibration>(document("calibration/power", name));
    if (!metered) return metered;
    const auto from = this->chip(name, Node{});
    if (!from) return tl::unexpected(from.error());
    const ProcessNode *here = node_of(*from), *there = node_of(to);
    // Between chips of a kind whose processes are known, energies go with those.
    const bool by_process = how == Borrowing::PowerLimit && to.kind == from->kind &&
                            here != nullptr && there != nullptr;
    lent.push_back(by_process ? carried_over(*metered, *from, to, Borrowing::Process,
                                             there->energy / here->energy)
                              : carried_over(*metered, *from, to, how));
  }
  return mean_of(lent);
}

Read<Technology> Catalog::technology() const {
  Technology t;
  Diagnostics problems;
  const auto list = [&](const char* file, auto& into) {
    const auto root = document("silicon", file);
    if (!root) {
      problems.insert(problems.end(), root.error().begin(), root.error().end());
      return;
    }
    FieldReader reader(*root, problems);
    reader(file, into, "by name", kRequired);
    reader.also("source");
    reader.finish();
  };
  list("nodes", t.nodes);
  list("memories", t.memories);
  list("packagings", t.packagings);
  list("grids", t.grids);
  list("coolings", t.coolings);
  const auto units = read_whole<UnitAreas>(document("silicon", "units"));
  if (units) {
    t.units = *units;
  } else {
    problems.insert(problems.end(), units.error().begin(), units.error().end());
  }
  if (!problems.empty()) return tl::unexpected(problems);
  return t;
}

Read<PriceList> Catalog::prices() const {
  return read_whole<PriceList>(document("prices", "default"));
}

Read<NetworkParts> Catalog::network_parts() const {
  return read_whole<NetworkParts>(document("prices", "network"));
}

Read<SoftwareKernels> Catalog::software() const {
  return read_whole<SoftwareKernels>(document("calibration", "software"));
}

Read<Bands> Catalog::bands() const { return read_whole<Bands>(document("calibration", "bands")); }

}  // namespace orrery
