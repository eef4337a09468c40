#include <cmath>
#include <nlohmann/json.hpp>

#include "orrery/base/check.hpp"
#include "orrery/report/report.hpp"

namespace orrery {
namespace {

using Json = nlohmann::ordered_json;

double checked(double value, const char* key) {
  ORRERY_CHECK(std::isfinite(value) && value >= 0.0, "report field {} is {}", key, value);
  return value;
}

Json tree(const TimeNode& node) {
  Json out;
  out["name"] = node.name;
  out["time_s"] = checked(node.time.value(), node.name.c_str());
  if (!node.source.empty()) out["source"] = node.source;
  if (!node.children.empty()) {
    out["parts"] = Json::array();
    for (const TimeNode& child : node.children) out["parts"].push_back(tree(child));
  }
  return out;
}

Json seconds_or_null(const std::optional<Seconds>& time) {
  return time ? Json(time->value()) : Json(nullptr);
}

// JSON has no NaN: it would turn into null unseen.
void require_finite(const Json& value, const std::string& key) {
  ORRERY_CHECK(!value.is_number_float() || std::isfinite(value.get<double>()),
               "report field {} is not finite", key);
  if (!value.is_structured()) return;
  for (const auto& [name, part] : value.items()) require_finite(part, name);
}

}  // namespace

std::string to_json(const Report& r) {
  Json out;
  out["schema"] = "orrery.report/1";
  out["study"] = r.study;
  out["model"] = r.model;
  out["cluster"] = r.cluster;
  out["chips"] = r.chips;
  out["task"] = r.task;
  out["plan"] = r.plan;
  out["feasible"] = r.feasible;
  out["reasons"] = r.reasons;
  out["step_time_s"] = checked(r.step_time.value(), "step_time_s");
  out["step_time_low_s"] = checked(r.step_time_low.value(), "step_time_low_s");
  out["step_time_high_s"] = checked(r.step_time_high.value(), "step_time_high_s");
  out["band_source"] = r.band_source;
  const double rate = r.tokens_per_second();
  out["tokens_per_s"] = checked(rate, "tokens_per_s");
  out["tokens_per_s_per_chip"] = r.chips > 0 ? rate / r.chips : 0.0;
  out["tflops_per_chip"] = checked(r.model_tflops_per_chip, "tflops_per_chip");
  out["hardware_tflops_per_chip"] = checked(r.hardware_tflops_per_chip, "hardware_tflops_per_chip");
  out["mfu"] = checked(r.mfu, "mfu");
  out["hfu"] = checked(r.hfu, "hfu");
  out["flop_convention"] = r.flop_convention;
  out["ttft_s"] = seconds_or_null(r.ttft);
  out["tpot_s"] = seconds_or_null(r.tpot);
  out["latency_s"] = seconds_or_null(r.latency);
  out["sequences_in_flight"] = r.batch ? Json(*r.batch) : Json(nullptr);
  Json parts;
  for (const MemoryPart& part : r.memory)
    parts[part.name + "_bytes"] = checked(part.size.value(), part.name.c_str());
  out["memory"] = {{"peak_bytes", r.memory_peak().value()},
                   {"capacity_bytes", r.memory_capacity.value()},
                   {"stage", r.memory_stage},
                   {"parts", parts}};
  out["time"] = tree(r.time);
  out["power_w_per_chip"] = checked(r.power_per_chip.value(), "power_w_per_chip");
  out["energy_j_per_step"] = checked(r.energy_per_step.value(), "energy_j_per_step");
  out["carbon_kg_per_step"] = checked(r.carbon_per_step.value(), "carbon_kg_per_step");
  out["usd_per_million_tokens"] =
      checked(r.usd_per_million_tokens.value(), "usd_per_million_tokens");
  out["bottleneck"] = r.bottleneck;
  out["what_if"] = Json::array();
  for (const WhatIf& w : r.what_if) {
    out["what_if"].push_back({{"change", w.change},
                              {"step_time_s", w.step_time.value()},
                              {"speedup", r.step_time / w.step_time}});
  }
  out["published"] = Json::array();
  for (const Published& p : r.published) {
    out["published"].push_back({{"quantity", p.quantity},
                                {"measured", p.measured},
                                {"predicted", p.predicted},
                                {"time_error", p.time_error},
                                {"source", p.source}});
  }
  if (r.run) {
    out["run"] = {{"tokens", r.run->tokens},
                  {"time_s", r.run->time.value()},
                  {"energy_j", r.run->energy.value()},
                  {"usd", r.run->cost.value()},
                  {"carbon_kg", r.run->carbon.value()}};
  }
  out["notes"] = r.notes;
  out["inputs_hash"] = r.inputs_hash;
  require_finite(out, "");
  // A file's name may be any bytes.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace orrery
