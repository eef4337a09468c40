#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "orrery/base/text/quantity.hpp"
#include "orrery/report/report.hpp"

namespace orrery {
namespace {

constexpr int kBar = 28;

class Writer {
 public:
  explicit Writer(Colour colour) : colour_(colour == Colour::Yes) {}

  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  void heading(const std::string& text) { out += "\n" + paint("1", text) + "\n"; }
  [[nodiscard]] std::string paint(const char* code, const std::string& text) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }
  [[nodiscard]] std::string bar(double share) const {
    const int eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kBar * 8));
    static constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    std::string text;
    for (int i = 0; i < eighths / 8; ++i) text += "█";
    text += kParts[eighths % 8];
    const int used = eighths / 8 + (eighths % 8 != 0 ? 1 : 0);
    return paint("36", text) + std::string(static_cast<std::size_t>(kBar - used), ' ');
  }

  std::string out;

 private:
  bool colour_;
};

void rows(const TimeNode& node, Seconds total, int level, Writer& w) {
  for (const TimeNode& child : node.children) {
    const double share = total > Seconds{} ? child.time / total : 0.0;
    if (share < 0.0005) continue;
    const std::string name = std::string(static_cast<std::size_t>(2 * level), ' ') + child.name;
    w.line("  {:<32} {:>10} {:>6.1f}%  {}", name, show(child.time), 100 * share, w.bar(share));
    rows(child, total, level + 1, w);
  }
}

void headline(const Report& r, Writer& w) {
  w.line("{}  {} on {} x {}, {}", w.paint("1", "orrery"), r.model, r.chips, r.cluster, r.task);
  w.line("  plan       {}", r.plan);
  if (!r.feasible) {
    for (const std::string& reason : r.reasons)
      w.line("  {}  {}", w.paint("1;31", "does not fit"), reason);
  }
  w.line("  step time  {}   ({} to {}: {})", w.paint("1", show(r.step_time)), show(r.step_time_low),
         show(r.step_time_high), r.band_source);
  if (r.ttft) w.line("  first token {}", show(*r.ttft));
  if (r.tpot) w.line("  per token  {}", show(*r.tpot));
  if (r.latency) w.line("  latency    {}", show(*r.latency));
  if (r.batch) w.line("  in flight  {:.0f} sequences a replica", *r.batch);
  if (r.tokens_per_step > 0)
    w.line("  speed      {} tokens/s, {} a chip", show_count(std::round(r.tokens_per_second())),
           fmt::format("{:.0f}", r.tokens_per_second() / std::max(1, r.chips)));
  if (r.model_tflops_per_chip > 0) {
    w.line("  compute    {:.0f} TFLOP/s a chip, MFU {:.1f}%, HFU {:.1f}%  ({})",
           r.model_tflops_per_chip, 100 * r.mfu, 100 * r.hfu, r.flop_convention);
  }
  for (const Published& p : r.published) {
    w.line("  published  {:.4g} {}, ours {:.4g}: our error {:+.1f}% of the time  ({})", p.measured,
           p.quantity, p.predicted, 100 * p.time_error, p.source);
  }
}

void money(const Report& r, Writer& w) {
  w.heading("Power and money");
  w.line("  {} a chip, {} a step, {} a million tokens", show(r.power_per_chip),
         show(r.energy_per_step), show(r.usd_per_million_tokens));
  if (r.run) {
    constexpr double kGigawattHour = 3.6e12, kTonne = 1e3;
    w.line("  whole run of {} tokens: {}, {:.2f} GWh, {}, {:.1f} t CO2e", show_count(r.run->tokens),
           show(r.run->time), r.run->energy.value() / kGigawattHour, show(r.run->cost),
           r.run->carbon.value() / kTonne);
  }
}

}  // namespace

std::string to_text(const Report& r, Colour colour) {
  Writer w(colour);
  headline(r, w);
  w.heading("Where the time goes");
  rows(r.time, r.time.time, 0, w);
  w.line("  {:<32} {:>10}", "total", show(r.time.time));
  w.heading(fmt::format("Memory of the fullest stage ({}): {} of {}", r.memory_stage,
                        show(r.memory_peak()), show(r.memory_capacity)));
  for (const MemoryPart& part : r.memory) {
    if (part.size.value() < 1e6) continue;
    const double share = part.size / std::max(r.memory_capacity, r.memory_peak());
    w.line("  {:<32} {:>10} {:>6.1f}%  {}", part.name, show(part.size),
           100 * (part.size / r.memory_capacity), w.bar(share));
  }
  if (r.power_per_chip > Watts{}) money(r, w);
  if (!r.bottleneck.empty()) {
    w.heading("Why");
    w.line("  {}", r.bottleneck);
  }
  if (!r.what_if.empty()) {
    w.heading("What if");
    for (const WhatIf& what : r.what_if) {
      w.line("  {:<32} {:>10}  {:.3f}x faster", what.change, show(what.step_time),
             r.step_time / what.step_time);
    }
  }
  for (const std::string& note : r.notes) w.line("\n  note: {}", note);
  return w.out;
}

}  // namespace orrery
