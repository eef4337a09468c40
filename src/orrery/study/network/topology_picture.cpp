#include "orrery/study/network/topology_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <queue>

#include "orrery/base/text/quantity.hpp"
#include "orrery/base/text/xml.hpp"
#include "orrery/network/graph/graph.hpp"

namespace orrery {
namespace {

constexpr double kWidth = 1000, kMargin = 50, kTop = 70;
constexpr std::size_t kMostCables = 4000;

struct Place {
  double x = 0, y = 0;
};

// Links from the nearest endpoint: 0 for endpoints, 1 for leaves, 2 for what is above them.
std::vector<int> layers_of(const Wires& wires) {
  std::vector<int> layer(wires.vertices, -1);
  std::queue<std::uint32_t> open;
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    layer[e] = 0;
    open.push(e);
  }
  const Graph graph(wires);
  while (!open.empty()) {
    const std::uint32_t v = open.front();
    open.pop();
    for (const LinkId l : graph.out(v)) {
      const std::uint32_t to = wires.link(l).to;
      if (layer[to] >= 0) continue;
      layer[to] = layer[v] + 1;
      open.push(to);
    }
  }
  return layer;
}

std::vector<Place> in_layers(const Wires& wires, double& height) {
  const std::vector<int> layer = layers_of(wires);
  const int most = *std::ranges::max_element(layer);
  std::vector<int> count(static_cast<std::size_t>(most) + 1, 0), placed = count;
  for (const int l : layer) ++count[static_cast<std::size_t>(l)];
  height = kTop + 150.0 * most + 2 * kMargin;
  std::vector<Place> out(wires.vertices);
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    const auto l = static_cast<std::size_t>(layer[v]);
    out[v].x = kMargin + (kWidth - 2 * kMargin) * (placed[l]++ + 0.5) / count[l];
    out[v].y = height - kMargin - 150.0 * layer[v];
  }
  return out;
}

// Two dimensions as they are; each further one as a row of copies, then a column of rows.
std::vector<Place> on_a_grid(const Wires& wires, const std::vector<int>& shape, double& height) {
  const auto side = [&](std::size_t d) { return d < shape.size() ? shape[d] : 1; };
  int rows = 1, columns = 1;
  for (std::size_t d = 0; d < shape.size(); ++d)
    (d % 2 == 0 ? columns : rows) *= side(d) + (d > 1 ? 1 : 0);
  const double step = std::min(40.0, (kWidth - 2 * kMargin) / std::max(columns, 1));
  height = kTop + kMargin + step * rows;
  std::vector<Place> out(wires.vertices);
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    int left = static_cast<int>(v), width = 1, depth = 1;
    double x = 0, y = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      const int at = left % side(d);
      left /= side(d);
      int& unit = d % 2 == 0 ? width : depth;
      (d % 2 == 0 ? x : y) += at * (unit + (d > 1 ? 0.7 : 0.0));
      unit *= side(d);
    }
    out[v] = {kMargin + step * (x + 0.5), kTop + step * (y + 0.5)};
  }
  return out;
}

std::vector<Place> on_a_circle(const Wires& wires, double& height) {
  height = kWidth - 200 + kTop;
  const double radius = (kWidth - 200) / 2 - kMargin;
  std::vector<Place> out(wires.vertices);
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    const double angle = 2 * std::numbers::pi * v / wires.vertices;
    out[v] = {kWidth / 2 + radius * std::sin(angle),
              kTop + kMargin + radius * (1 - std::cos(angle))};
  }
  return out;
}

// Switches without levels: one is joined to another of its own layer.
bool joins_peers(const Wires& wires) {
  if (wires.vertices == wires.endpoints) return false;
  const std::vector<int> layer = layers_of(wires);
  return std::ranges::any_of(wires.links, [&](const Link& l) {
    return layer[l.from] > 0 && layer[l.from] == layer[l.to];
  });
}

// Switches on a circle, their cables as chords; each endpoint outside, beside its first switch.
std::vector<Place> around_switches(const Wires& wires, double& height) {
  const std::uint32_t switches = wires.vertices - wires.endpoints;
  std::vector<std::uint32_t> home(wires.endpoints, wires.vertices), here(wires.vertices, 0);
  for (const Link& l : wires.links) {
    if (l.from >= wires.endpoints || l.to < wires.endpoints || home[l.from] < wires.vertices)
      continue;
    home[l.from] = l.to;
    ++here[l.to];
  }
  height = kWidth - 200 + kTop;
  const double radius = (kWidth - 200) / 2 - kMargin;
  const auto on_circle = [&](double turn, double share) {
    const double angle = 2 * std::numbers::pi * turn / switches;
    return Place{kWidth / 2 + share * radius * std::sin(angle),
                 kTop + kMargin + radius * (1 - share * std::cos(angle))};
  };
  std::vector<Place> out(wires.vertices);
  std::vector<std::uint32_t> placed(wires.vertices, 0);
  for (std::uint32_t v = wires.endpoints; v < wires.vertices; ++v)
    out[v] = on_circle(v - wires.endpoints, 0.85);
  for (std::uint32_t e = 0; e < wires.endpoints; ++e) {
    const std::uint32_t at = home[e];
    if (at == wires.vertices) continue;
    out[e] = on_circle(at - wires.endpoints + (placed[at]++ + 0.5) / here[at] - 0.5, 1.0);
  }
  return out;
}

}  // namespace

std::string topology_svg(const Topology& topology, const std::string& title,
                         const std::vector<int>& shape) {
  const Wires& wires = topology.wires();
  if (wires.links.size() / 2 > kMostCables || wires.vertices == 0) return "";
  double height = 0;
  const bool has_switches = wires.vertices > wires.endpoints;
  const std::vector<Place> at = joins_peers(wires) ? around_switches(wires, height)
                                : has_switches     ? in_layers(wires, height)
                                : !shape.empty()   ? on_a_grid(wires, shape, height)
                                                   : on_a_circle(wires, height);
  const NetworkFacts f = topology.facts();
  std::string body;
  constexpr const char* kColours[] = {"#4477aa", "#cc6677", "#228833",
                                      "#ccbb44", "#aa3377", "#66ccee"};
  for (std::size_t i = 0; i < wires.links.size(); i += 2) {
    const Link& l = wires.links[i];
    const Place a = at[l.from], b = at[l.to];
    // Wires that close a dimension would lie on the others: they are bent.
    const bool is_long = !has_switches && !shape.empty() && std::hypot(a.x - b.x, a.y - b.y) > 60;
    const double bend = is_long ? 22 : 0;
    body += fmt::format(
        "<path d=\"M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}\" stroke=\"{}\" fill=\"none\" "
        "stroke-opacity=\"{}\"{}/>\n",
        a.x, a.y, (a.x + b.x) / 2 + bend, (a.y + b.y) / 2 - bend, b.x, b.y,
        kColours[l.kind % std::size(kColours)], is_long ? 0.35 : 0.6,
        wires.is_failed(static_cast<LinkId>(i)) ? " stroke-dasharray=\"2 6\"" : "");
  }
  for (std::uint32_t v = 0; v < wires.vertices; ++v) {
    const std::string name = xml_text(topology.vertex_name(v));
    body += v < wires.endpoints
                ? fmt::format(
                      "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" "
                      "fill=\"#222\"><title>{}</title></circle>\n",
                      at[v].x, at[v].y, name)
                : fmt::format(
                      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"12\" height=\"8\" fill=\"white\" "
                      "stroke=\"#222\"><title>{}</title></rect>\n",
                      at[v].x - 6, at[v].y - 4, name);
  }
  std::string kinds;
  for (std::size_t k = 0; k < wires.kinds.size(); ++k)
    kinds += fmt::format("<tspan fill=\"{}\">{} {}</tspan>  ", kColours[k % std::size(kColours)],
                         xml_text(wires.kinds[k].name), show(wires.kinds[k].bandwidth));
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1:.0f}\" viewBox=\"0 0 "
      "{0} {1:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
      "fill=\"white\"/>\n"
      "<text x=\"{2}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{3}</text>\n<text x=\"{2}\" "
      "y=\"44\">{4} "
      "endpoints, {5} switches, {6} cables, diameter {7}</text>\n<text x=\"{2}\" "
      "y=\"60\">{8}</text>\n{9}</svg>\n",
      kWidth, height, kMargin, xml_text(title), f.endpoints, f.switches, f.cables, f.diameter,
      kinds, body);
}

}  // namespace orrery
