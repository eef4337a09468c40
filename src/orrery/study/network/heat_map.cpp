#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "orrery/base/text/quantity.hpp"
#include "orrery/base/text/xml.hpp"
#include "orrery/study/network/network_answer.hpp"

namespace orrery {
namespace {

constexpr int kTile = 10, kColumns = 96, kMargin = 24, kHead = 56, kKindHead = 26;
// Beyond so many a picture is a grey carpet: the busiest are shown.
constexpr std::size_t kMostTiles = 9600;

// White to dark red through yellow, readable in print: three stops, linear between them.
std::string shade(double u) {
  struct Stop {
    double at, r, g, b;
  };
  constexpr std::array<Stop, 4> kStops{
      {{0.0, 247, 247, 247}, {0.4, 253, 219, 140}, {0.75, 239, 101, 72}, {1.0, 127, 0, 20}}};
  u = std::clamp(u, 0.0, 1.0);
  std::size_t i = 1;
  while (i + 1 < kStops.size() && u > kStops[i].at) ++i;
  const Stop &a = kStops[i - 1], &b = kStops[i];
  const double t = (u - a.at) / (b.at - a.at);
  const auto mix = [&](double x, double y) {
    return static_cast<int>(std::lround(x + t * (y - x)));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b));
}

std::string legend(int x, int y) {
  std::string out;
  for (int i = 0; i <= 20; ++i)
    out += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"10\" fill=\"{}\"/>\n",
                       x + 8 * i, y, shade(i / 20.0));
  out += fmt::format("<text x=\"{}\" y=\"{}\">idle</text>\n", x - 30, y + 9);
  out += fmt::format("<text x=\"{}\" y=\"{}\">busy all the time</text>\n", x + 176, y + 9);
  return out;
}

}  // namespace

std::string heat_map_svg(const NetworkAnswer& a) {
  const Topology& topology = *a.study.topology;
  const Wires& wires = topology.wires();
  const NetworkResult& r = a.results.back();
  std::vector<std::vector<std::uint32_t>> by_kind(wires.kinds.size());
  const std::size_t links = wires.links.size();
  std::vector<std::uint32_t> shown(links);
  for (std::uint32_t i = 0; i < links; ++i) shown[i] = i;
  if (links > kMostTiles) {
    std::ranges::nth_element(shown, shown.begin() + kMostTiles, [&](auto x, auto y) {
      return r.utilisation[x] != r.utilisation[y] ? r.utilisation[x] > r.utilisation[y] : x < y;
    });
    shown.resize(kMostTiles);
    std::ranges::sort(shown);
  }
  for (const std::uint32_t i : shown) by_kind[wires.links[i].kind].push_back(i);

  std::string body;
  int y = kHead;
  for (std::size_t kind = 0; kind < by_kind.size(); ++kind) {
    if (by_kind[kind].empty()) continue;
    body += fmt::format("<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}, {} each way</text>\n",
                        kMargin, y + 14, xml_text(wires.kinds[kind].name),
                        show(wires.kinds[kind].bandwidth));
    y += kKindHead;
    for (std::size_t i = 0; i < by_kind[kind].size(); ++i) {
      const std::uint32_t link = by_kind[kind][i];
      const Link& l = wires.links[link];
      body += fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"><title>{} -&gt; {}: "
          "{:.1f}%"
          "</title></rect>\n",
          kMargin + kTile * static_cast<int>(i % kColumns),
          y + kTile * static_cast<int>(i / kColumns), kTile - 1, kTile - 1,
          shade(r.utilisation[link]), xml_text(topology.vertex_name(l.from)),
          xml_text(topology.vertex_name(l.to)), 100 * r.utilisation[link]);
    }
    y += kTile * static_cast<int>((by_kind[kind].size() + kColumns - 1) / kColumns) + 10;
  }
  const int width = 2 * kMargin + kTile * kColumns;
  const std::string left_out =
      links > kMostTiles ? fmt::format(" (the busiest {} of {} links)", kMostTiles, links) : "";
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" "
      "font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" "
      "fill=\"white\"/>\n<text x=\"{2}\" y=\"22\" font-size=\"14\" font-weight=\"bold\">Load of "
      "every "
      "link over {3}{4}</text>\n<text x=\"{2}\" y=\"40\">{5}, {6}</text>\n{7}{8}</svg>\n",
      width, y + kMargin, kMargin, show(r.completion), left_out, xml_text(a.study.topology_text),
      xml_text(a.study.routing), legend(width - 330, 14), body);
}

}  // namespace orrery
