// One published row -> one Study and the time it measured. Missing knobs are filled by the rules of
// docs/models/validation.md, never by looking at the measured value.
#pragma once
#include <optional>
#include <string>

#include "orrery/accuracy/names.hpp"
#include "orrery/accuracy/table.hpp"
#include "orrery/study/study.hpp"

namespace orrery {

// Why a row may be left out. Each speaks of the row's inputs alone.
enum class Skip : std::uint8_t {
  UnknownChip,        // accelerator not in the catalog
  UnknownModel,       // neither a catalog name nor enough columns to build one
  NoTime,             // the row gives no time and none can be derived
  ContradictoryPlan,  // the printed plan cannot exist (ranks, divisibility)
  OtherMetric,        // a quantity that is not a time or a throughput
};
const char* name_of(Skip);

struct RowStudy {
  std::string id, source, model, accelerator, stack;
  std::string library;  // the stack's framework, whatever its era and chip
  Study study;
  bool micro_is_open = false;  // micro-batch to be chosen: the fastest that fits
  bool virtual_stages_are_open = false;
  double measured = 0;  // seconds
  std::string quantity = "step_time_s";
  bool is_moe = false, is_tpu = false;
  double mfu_flops = 0;  // useful FLOPs of a step on one chip over its peak: for the yardstick
};

struct RowOutcome {
  std::optional<RowStudy> row;
  Skip skip = Skip::UnknownChip;
  std::string detail;
};

RowOutcome training_row(const TableRow& row, const Names& names, const Catalog& catalog);
RowOutcome inference_row(const TableRow& row, const Names& names, const Catalog& catalog);

}  // namespace orrery
