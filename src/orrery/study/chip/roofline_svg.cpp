#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "orrery/base/text/quantity.hpp"
#include "orrery/base/text/xml.hpp"
#include "orrery/study/chip/roofline_picture.hpp"

namespace orrery {
namespace {

constexpr double kWidth = 900, kHeight = 560, kLeft = 90, kRight = 30, kTop = 70, kBottom = 60;

struct Axes {
  RooflineWindow w;
  [[nodiscard]] double x(double intensity) const {
    return kLeft + (std::log2(intensity) - w.left) / (w.right - w.left) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(double rate) const {
    return kTop + (w.high - std::log2(rate)) / (w.high - w.low) * (kHeight - kTop - kBottom);
  }
};

std::string grid(const Axes& a) {
  std::string out;
  for (double e = a.w.left; e <= a.w.right; e += 2) {
    const double x = a.x(std::exp2(e));
    out += fmt::format(
        "<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"#ddd\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x, kTop, kHeight - kBottom, kHeight - kBottom + 18, intensity_text(std::exp2(e)));
  }
  for (double e = a.w.low; e <= a.w.high; e += 2) {
    const double y = a.y(std::exp2(e));
    out += fmt::format(
        "<line x1=\"{1}\" y1=\"{0:.1f}\" x2=\"{2}\" y2=\"{0:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        y, kLeft, kWidth - kRight, kLeft - 6, y + 4, xml_text(show(FlopsPerSecond{std::exp2(e)})));
  }
  return out;
}

std::string roof(const RooflineStudy& s, const Axes& a, FlopsPerSecond peak) {
  const double bandwidth = s.chip.memory.bandwidth.value();
  const double ridge = peak.value() / bandwidth;
  const double from = std::max(std::exp2(a.w.left), std::exp2(a.w.low) / bandwidth);
  return fmt::format(
      "<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}\" fill=\"none\" stroke=\"#222\" "
      "stroke-width=\"1.5\"/>\n<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
      a.x(from), a.y(from * bandwidth), a.x(ridge), a.y(peak.value()), kWidth - kRight,
      a.y(peak.value()), kWidth - kRight, a.y(peak.value()) - 5, xml_text(show(peak)));
}

const char* colour_of(Bound bound) {
  switch (bound) {
    case Bound::Math:
      return "#4477aa";
    case Bound::Memory:
      return "#cc6677";
    case Bound::Launch:
      return "#ccbb44";
  }
  return "";
}

// Names beside their points; one that would cover another goes further down, with a line to its
// point.
class Names {
 public:
  std::string place(double x, double y, double radius, const std::string& name) {
    constexpr double kCharacter = 6.2, kHigh = 13;
    const double wide = kCharacter * static_cast<double>(name.size());
    Box box{x + radius + 2, y, wide};
    if (box.left + wide > kWidth - 2) box.left = x - radius - 2 - wide;
    while (std::ranges::any_of(taken_, [&](const Box& b) { return b.covers(box, kHigh); }))
      box.y += kHigh;
    taken_.push_back(box);
    std::string out;
    if (box.y > y) {
      out = fmt::format(
          "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#999\" "
          "stroke-width=\"0.6\"/>\n",
          x, y, box.left - 2, box.y);
    }
    return out + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\">{}</text>\n",
                             box.left, box.y + 4, xml_text(name));
  }

 private:
  struct Box {
    double left = 0, y = 0, wide = 0;
    [[nodiscard]] bool covers(const Box& o, double high) const {
      return std::abs(y - o.y) < high && left < o.left + o.wide && o.left < left + wide;
    }
  };
  std::vector<Box> taken_;
};

// Its area is its share of the time.
std::string point(const RooflineStudy& s, const Axes& a, const RooflinePoint& p, Names& names) {
  constexpr double kLargest = 26, kSmallest = 3;
  const double radius = std::max(kSmallest, kLargest * std::sqrt(p.time / s.total));
  const double x = a.x(p.intensity()), y = a.y(p.reached().value());
  return fmt::format(
             "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"{2:.1f}\" fill=\"{3}\" "
             "fill-opacity=\"0.6\">"
             "<title>{4}: {5}, {6}, {7} bound</title></circle>\n",
             x, y, radius, colour_of(p.bound), xml_text(p.op), xml_text(show(p.time)),
             xml_text(show(p.reached())), name_of(p.bound)) +
         names.place(x, y, radius, p.op);
}

}  // namespace

std::string to_svg(const RooflineStudy& s) {
  const Axes a{window_of(s)};
  std::string body = grid(a);
  for (const FlopsPerSecond peak : ceilings_of(s)) body += roof(s, a, peak);
  Names names;
  for (const RooflinePoint& p : s.points) {
    if (p.work > Flops{} && p.bytes > Bytes{}) body += point(s, a, p, names);
  }
  const RooflineQuestion& q = s.question;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
      "fill=\"white\"/>\n"
      "<text x=\"{2}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{3} on {4}</text>\n"
      "<text x=\"{2}\" y=\"40\">{5} of {6:.0f} x {7:.0f} tokens, {8}; areas are shares of {9}; "
      "blue: bound by "
      "math, red: by memory, yellow: by launches</text>\n{10}"
      "<text x=\"{11}\" y=\"{12}\" text-anchor=\"middle\">FLOP a byte of main "
      "memory</text>\n</svg>\n",
      kWidth, kHeight, kLeft, xml_text(s.model), xml_text(s.chip.name), name_of(q.task),
      q.sequences, q.length, name_of(q.format), xml_text(show(s.total)), body, kWidth / 2,
      kHeight - 12);
}

}  // namespace orrery
