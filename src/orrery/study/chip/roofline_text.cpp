#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "orrery/base/text/quantity.hpp"
#include "orrery/study/chip/roofline_picture.hpp"

namespace orrery {
namespace {

constexpr int kColumns = 72, kRows = 18;

bool is_drawn(const RooflinePoint& p) { return p.work > Flops{} && p.bytes > Bytes{}; }

std::string picture(const RooflineStudy& s) {
  const RooflineWindow w = window_of(s);
  std::vector<std::string> rows(kRows, std::string(kColumns, ' '));
  const auto row_of = [&](double rate) {
    return static_cast<int>(
        std::lround((w.high - std::log2(rate)) / (w.high - w.low) * (kRows - 1)));
  };
  const auto put = [&](int row, int column, char c) {
    if (row < 0 || row >= kRows || column < 0 || column >= kColumns) return;
    rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = c;
  };
  for (const FlopsPerSecond peak : ceilings_of(s)) {
    for (int column = 0; column < kColumns; ++column) {
      const double x = std::exp2(w.left + (w.right - w.left) * column / (kColumns - 1));
      const double roof = s.roof(x, peak).value();
      put(row_of(roof), column, roof < peak.value() ? '/' : '-');
    }
  }
  for (std::size_t i = s.points.size(); i-- > 0;) {  // the longest on top
    const RooflinePoint& p = s.points[i];
    if (!is_drawn(p)) continue;
    const double share = (std::log2(p.intensity()) - w.left) / (w.right - w.left);
    put(row_of(p.reached().value()), static_cast<int>(std::lround(share * (kColumns - 1))),
        letter_of(i));
  }
  std::string out;
  for (int r = 0; r < kRows; ++r) {
    const double rate = std::exp2(w.high - (w.high - w.low) * r / (kRows - 1));
    const bool labelled = r % 4 == 0;
    std::string& row = rows[static_cast<std::size_t>(r)];
    row.erase(row.find_last_not_of(' ') + 1);
    out += fmt::format("{:>14} |{}\n", labelled ? show(FlopsPerSecond{rate}) : "", row);
  }
  out += fmt::format("{:>14} +{}\n", "", std::string(kColumns, '-'));
  out += fmt::format("{:>16}{:<24}{:^24}{:>24}\n", "", intensity_text(std::exp2(w.left)),
                     "FLOP a byte of main memory", intensity_text(std::exp2(w.right)));
  return out;
}

}  // namespace

RooflineWindow window_of(const RooflineStudy& s) {
  const double bandwidth = s.chip.memory.bandwidth.value();
  RooflineWindow w{1e9, -1e9, 1e9, -1e9};
  const auto see = [&](double intensity, double rate) {
    w.left = std::min(w.left, std::log2(intensity));
    w.right = std::max(w.right, std::log2(intensity));
    w.low = std::min(w.low, std::log2(rate));
    w.high = std::max(w.high, std::log2(rate));
  };
  for (const FlopsPerSecond peak : ceilings_of(s)) see(peak.value() / bandwidth, peak.value());
  for (const RooflinePoint& p : s.points) {
    if (is_drawn(p)) see(p.intensity(), p.reached().value());
  }
  return {std::floor(w.left - 0.5), std::ceil(w.right + 1), std::floor(w.low - 0.5),
          std::ceil(w.high)};
}

std::vector<FlopsPerSecond> ceilings_of(const RooflineStudy& s) {
  std::vector<FlopsPerSecond> out;
  constexpr double kSame = 1e-6;  // peaks come back from divisions
  for (const RooflinePoint& p : s.points) {
    if (!(p.units > FlopsPerSecond{})) continue;
    const bool known = std::ranges::any_of(
        out, [&](FlopsPerSecond f) { return std::abs(f / p.units - 1) < kSame; });
    if (!known) out.push_back(p.units);
  }
  std::ranges::sort(out, [](FlopsPerSecond a, FlopsPerSecond b) { return a > b; });
  return out;
}

std::string intensity_text(double intensity) {
  return intensity < 100 ? fmt::format("{:.3g}", intensity) : fmt::format("{:.0f}", intensity);
}

char letter_of(std::size_t index) {
  return index < 26 ? static_cast<char>('a' + static_cast<int>(index)) : '*';
}

const char* name_of(Bound bound) {
  switch (bound) {
    case Bound::Math:
      return "math";
    case Bound::Memory:
      return "memory";
    case Bound::Launch:
      return "launch";
  }
  return "";
}

std::string to_text(const RooflineStudy& s) {
  const RooflineQuestion& q = s.question;
  std::string out =
      fmt::format("orrery roofline  {} on {}, {} of {:.0f} x {:.0f} tokens, {}\n\n", s.model,
                  s.chip.name, name_of(q.task), q.sequences, q.length, name_of(q.format));
  out += picture(s);
  out += fmt::format("\n   {:<30}{:>10}{:>7}{:>10}{:>16}{:>9}  {}\n", "op", "time", "share",
                     "FLOP/B", "reached", "of roof", "bound");
  for (std::size_t i = 0; i < s.points.size(); ++i) {
    const RooflinePoint& p = s.points[i];
    const bool drawn = is_drawn(p);
    const double bandwidth = p.bytes / p.time / s.chip.memory.bandwidth;
    const double of_roof = drawn ? p.reached() / s.roof(p.intensity(), p.units) : bandwidth;
    out += fmt::format(
        " {} {:<30}{:>10}{:>6.1f}%{:>10}{:>16}{:>8.0f}%  {}\n", drawn ? letter_of(i) : ' ', p.op,
        show(p.time), 100 * (p.time / s.total), drawn ? intensity_text(p.intensity()) : "-",
        drawn ? show(p.reached()) : show(p.bytes / p.time), 100 * of_roof, name_of(p.bound));
  }
  return out + fmt::format("   {:<30}{:>10}\n", "total", show(s.total));
}

std::string to_json(const RooflineStudy& s) {
  nlohmann::ordered_json out{
      {"schema", "orrery.roofline/1"}, {"model", s.model},
      {"chip", s.chip.name},           {"task", name_of(s.question.task)},
      {"time_s", s.total.value()},     {"bandwidth_bytes_per_s", s.chip.memory.bandwidth.value()}};
  out["ops"] = nlohmann::ordered_json::array();
  for (const RooflinePoint& p : s.points) {
    out["ops"].push_back(
        {{"op", p.op},
         {"time_s", p.time.value()},
         {"work_flop", p.work.value()},
         {"memory_bytes", p.bytes.value()},
         {"flop_per_byte", p.bytes > Bytes{} ? p.intensity() : 0.0},
         {"reached_flop_per_s", p.reached().value()},
         {"roof_flop_per_s", p.bytes > Bytes{} ? s.roof(p.intensity(), p.units).value() : 0.0},
         {"bound", name_of(p.bound)}});
  }
  return out.dump(2) + "\n";
}

}  // namespace orrery
