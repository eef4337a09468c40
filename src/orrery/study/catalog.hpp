// Catalog: the facts that ship with Orrery, read from YAML files by name, when asked for.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/base/text/document.hpp"
#include "orrery/collective/closed_form.hpp"
#include "orrery/compute/calibration.hpp"
#include "orrery/compute/compute_model.hpp"
#include "orrery/compute/dram/dram_kind.hpp"
#include "orrery/compute/lending/kinship.hpp"
#include "orrery/cost/power/power_calibration.hpp"
#include "orrery/cost/network_bill.hpp"
#include "orrery/cost/prices.hpp"
#include "orrery/cost/silicon/technology.hpp"
#include "orrery/execute/estimate.hpp"
#include "orrery/hw/cluster.hpp"
#include "orrery/ops/op_graph.hpp"
#include "orrery/program/memory.hpp"
#include "orrery/study/bands.hpp"

namespace orrery {

template <class T>
using Read = tl::expected<T, Diagnostics>;

class Catalog {
 public:
  explicit Catalog(std::string root) : root_(std::move(root)) {}

  // $ORRERY_CATALOG, else the installed one, else the one in the source tree.
  static Catalog standard();

  // `where` is the node that names the thing: an unknown name is reported there, with the known
  // ones.
  [[nodiscard]] Read<Chip> chip(const std::string& name, const Node& where) const;
  // A chip's file: by its name, or by a path ending in .yaml.
  [[nodiscard]] Read<Node> chip_document(const std::string& name, const Node& where) const;
  // A name, `{base: NAME, chips: N}`, or an inline cluster.
  [[nodiscard]] Read<Cluster> cluster(const Node& where) const;
  // `count` is the node that says how many chips: a number that fits no whole nodes is reported
  // there.
  [[nodiscard]] Read<Cluster> cluster(const std::string& name, int chips, const Node& where,
                                      const Node& count) const;
  // A name, a path to a config.json or to a YAML file, or an inline spec.
  [[nodiscard]] Read<OpGraph> model(const Node& where) const;
  [[nodiscard]] Read<Stack> stack(const std::string& name, const Node& where) const;

  // The chip's own calibration, else its generation's, lent by the chip that was timed or, where
  // that is of another generation, by all its kin; else its kind's.
  [[nodiscard]] Read<KernelCalibration> kernels(const Chip& chip) const;
  // Every chip whose kernels were timed, with what they say of it.
  [[nodiscard]] Read<std::vector<Lender>> lenders() const;
  [[nodiscard]] Read<CollectiveCalibration> collectives(const Cluster& cluster) const;
  [[nodiscard]] Read<MemoryAllowance> memory(const Chip& chip) const;
  [[nodiscard]] Read<SoftwareKernels> software() const;
  // Timings of a kind of main memory; `where` says who named it.
  [[nodiscard]] Read<DramKind> memory_kind(const std::string& name, const std::string& where) const;
  // One of compute_models(), which knows every kind of memory if it plays any.
  [[nodiscard]] Read<ComputeModelMaker> compute_model(const std::string& name) const;
  // The chip's own coefficients, else its generation's or its kind's, carried over from the chip
  // that they were metered on.
  [[nodiscard]] Read<PowerCalibration> power(const Chip& chip) const;
  // What metered chips would lend one that nobody metered.
  [[nodiscard]] Read<PowerCalibration> lent_power(const std::vector<std::string>& lenders,
                                                  Borrowing how, const Chip& to) const;
  [[nodiscard]] Read<Technology> technology() const;
  [[nodiscard]] Read<PriceList> prices() const;
  [[nodiscard]] Read<NetworkParts> network_parts() const;
  [[nodiscard]] Read<Bands> bands() const;

  // Names of the files of one folder: "chips", "models", "clusters".
  [[nodiscard]] std::vector<std::string> names(const std::string& folder) const;
  [[nodiscard]] Read<Node> document(const std::string& folder, const std::string& name) const;
  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  [[nodiscard]] Read<Node> named(const std::string& folder, const char* what,
                                 const std::string& name, const Node& where) const;
  std::string root_;
};

}  // namespace orrery
