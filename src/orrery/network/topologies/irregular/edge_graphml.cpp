#include <fmt/format.h>
#include <tinyxml2.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "orrery/network/topologies/irregular/named_wires.hpp"

namespace orrery {
namespace {

using tinyxml2::XMLElement;

// Columns of elements, which tinyxml2 does not tell: the n-th of a name on a line stands where the
// line has that name for the n-th time.
class ElementPlaces {
 public:
  explicit ElementPlaces(const std::string& path) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines_.push_back(line);
  }

  // Elements must be asked for in the order of the file.
  TextPlace next(const XMLElement& element) {
    const auto line = static_cast<std::size_t>(std::max(1, element.GetLineNum()));
    std::size_t& from = searched_[{line, element.Name()}];
    const std::string tag = std::string("<") + element.Name();
    const std::size_t found =
        line <= lines_.size() ? lines_[line - 1].find(tag, from) : std::string::npos;
    if (found == std::string::npos) return {line, 1};
    from = found + 1;
    return {line, found + 1};
  }

 private:
  std::vector<std::string> lines_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> searched_;
};

class GraphMl {
 public:
  GraphMl(const std::string& path, Diagnostics& problems) : problems_(problems), places_(path) {
    out_.file = path;
    out_.lists_vertices = true;
  }

  NamedNetwork read() {
    tinyxml2::XMLDocument document;
    if (document.LoadFile(out_.file.c_str()) != tinyxml2::XML_SUCCESS) {
      fail({static_cast<std::size_t>(std::max(1, document.ErrorLineNum())), 1},
           fmt::format("saw no XML ({}); expected GraphML", document.ErrorName()));
      return out_;
    }
    const XMLElement* root = document.FirstChildElement("graphml");
    const XMLElement* graph = root == nullptr ? nullptr : root->FirstChildElement("graph");
    if (graph == nullptr) {
      fail({}, "saw no graph in a graphml element; expected GraphML");
      return out_;
    }
    for (const XMLElement* key = root->FirstChildElement("key"); key != nullptr;
         key = key->NextSiblingElement("key")) {
      const char* id = key->Attribute("id");
      const char* name = key->Attribute("attr.name");
      if (id != nullptr && name != nullptr) meaning_[id] = name;
    }
    for (const XMLElement* e = graph->FirstChildElement(); e != nullptr;
         e = e->NextSiblingElement()) {
      if (problems_.size() >= kMostMistakes) break;
      const std::string name = e->Name();
      if (name == "node") read_node(*e);
      if (name == "edge") read_edge(*e);
    }
    return out_;
  }

 private:
  void fail(const TextPlace& at, const std::string& what) {
    problems_.push_back({out_.where(at), what});
  }

  std::string attribute(const XMLElement& e, const char* name, const TextPlace& at) {
    const char* value = e.Attribute(name);
    if (value == nullptr || *value == '\0')
      fail(at, fmt::format("saw {} without {}; expected a name", e.Name(), name));
    return value == nullptr ? "" : value;
  }

  // What the data elements say, by the names of their keys.
  std::map<std::string, std::string> data(const XMLElement& e) {
    std::map<std::string, std::string> out;
    for (const XMLElement* d = e.FirstChildElement("data"); d != nullptr;
         d = d->NextSiblingElement("data")) {
      const char* key = d->Attribute("key");
      if (key == nullptr || d->GetText() == nullptr) continue;
      const auto named = meaning_.find(key);
      out[named == meaning_.end() ? key : named->second] = d->GetText();
    }
    return out;
  }

  void read_node(const XMLElement& e) {
    const TextPlace at = places_.next(e);
    const auto said = data(e);
    const auto role = said.find("role");
    if (role != said.end() && role->second != "switch" && role->second != "endpoint")
      fail(at, fmt::format("saw role {}; expected endpoint or switch", one_line(role->second, 40)));
    out_.vertices.push_back(
        {attribute(e, "id", at), role != said.end() && role->second == "switch", at});
  }

  template <class Q>
  std::optional<Q> quantity(const std::map<std::string, std::string>& said, const char* key,
                            const TextPlace& at) {
    const auto found = said.find(key);
    if (found == said.end()) return std::nullopt;
    const auto parsed = parse_quantity(found->second);
    if (parsed && parsed->dimension == DimensionOf<Q>::value) return Q{parsed->value};
    fail(at, fmt::format("saw {} {}; expected {}", key, one_line(found->second, 40),
                         example_of(DimensionOf<Q>::value)));
    return std::nullopt;
  }

  void read_edge(const XMLElement& e) {
    const TextPlace at = places_.next(e);
    const auto said = data(e);
    const auto kind = said.find("kind");
    const auto optical = said.find("optical");
    out_.cables.push_back({attribute(e, "source", at), attribute(e, "target", at),
                           kind == said.end() ? "" : kind->second,
                           quantity<BytesPerSecond>(said, "bandwidth", at),
                           quantity<Seconds>(said, "latency", at),
                           optical != said.end() && optical->second == "true", at, at, at, at});
  }

  Diagnostics& problems_;
  ElementPlaces places_;
  NamedNetwork out_;
  std::map<std::string, std::string> meaning_;  // of a data key
};

}  // namespace

NamedNetwork read_graphml(const std::string& path, Diagnostics& problems) {
  return GraphMl(path, problems).read();
}

}  // namespace orrery
