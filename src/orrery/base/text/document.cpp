#include "orrery/base/text/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace orrery {
namespace {

constexpr std::size_t kLargestText = std::size_t{64} << 20;
constexpr std::size_t kMostNodes = 1'000'000;
constexpr std::size_t kDeepest = 64;

struct Refused {
  std::string what;
  YAML::Mark mark;
};

// Length of the UTF-8 character that starts here; 0: none does, or one that no text holds.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool beyond = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || beyond ? 0 : length;
}

// The first place that is no UTF-8 text, if any.
std::optional<Error> not_text(std::string_view text, const std::string& file) {
  std::size_t line = 1, start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      return Error{fmt::format("{}:{}:{}: /", file, line, i - start + 1),
                   fmt::format("saw the byte 0x{:02x}; expected UTF-8 text",
                               static_cast<unsigned char>(text[i]))};
    }
    if (text[i] == '\n') {
      ++line;
      start = i + 1;
    }
    i += length;
  }
  return std::nullopt;
}

constexpr std::size_t kShown = 57;  // bytes of a value in a message

// As in a JSON pointer, on one line and without blanks.
std::string escape_pointer(const std::string& key) {
  std::string out;
  for (const char c : one_line(key, kShown)) {
    out += c == '~' ? "~0" : c == '/' ? "~1" : c == ' ' ? "_" : std::string(1, c);
  }
  return out;
}

std::size_t count_nodes(const Node& node) {
  std::size_t total = 1;
  for (const Node& item : node.items) total += count_nodes(item);
  for (const Node::Member& member : node.members) total += count_nodes(member.value);
  return total;
}

// Builds Nodes from yaml-cpp's events: its own tree forgets duplicate keys, we must not.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    if (it == anchors_.end())
      throw Refused{"saw an alias that refers to itself; expected a value", mark};
    nodes_ += it->second.size;
    check_size(mark);
    Node copy = it->second.node;
    place(copy, mark);
    add(std::move(copy));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.quoted = tag == "!";
    const bool null = !node.quoted && (value == "null" || value == "~" || value.empty());
    node.kind = null ? Node::Kind::Null : Node::Kind::Scalar;
    node.scalar = value;
    leaf(mark, anchor, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::Sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::Map);
  }
  void OnMapEnd() override { close(); }

  Node root;
  Diagnostics problems;

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    bool key_is_next = true;
    std::string key;
    YAML::Mark key_mark;
    std::map<std::string, int> lines{};  // of the keys so far
  };
  struct Anchored {
    Node node;
    std::size_t size;
  };

  void place(Node& node, const YAML::Mark& mark) const {
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    node.file = file_;
  }
  void check_size(const YAML::Mark& mark) const {
    if (nodes_ > kMostNodes) {
      throw Refused{fmt::format("saw more than {} values; expected fewer", kMostNodes), mark};
    }
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Node node) {
    ++nodes_;
    check_size(mark);
    place(node, mark);
    if (anchor != 0) anchors_[anchor] = {node, 1};
    add(std::move(node));
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    ++nodes_;
    check_size(mark);
    if (open_.size() >= kDeepest) {
      throw Refused{
          fmt::format("saw values nested deeper than {} levels; expected fewer", kDeepest), mark};
    }
    Open o{{}, anchor, true, {}, {}};
    o.node.kind = kind;
    place(o.node, mark);
    open_.push_back(std::move(o));
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.anchor != 0) {  // the copy that is kept counts too: anchors may be nested
      const std::size_t size = count_nodes(done.node);
      nodes_ += size;
      check_size(YAML::Mark{});
      anchors_[done.anchor] = {done.node, size};
    }
    add(std::move(done.node));
  }
  void add(Node node) {
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::Sequence) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (parent.key_is_next) {
      if (!node.is_scalar() && !node.is_null()) {
        YAML::Mark mark;
        mark.line = node.line - 1;
        mark.column = node.column - 1;
        throw Refused{"saw a list or map as a key; expected a name", mark};
      }
      parent.key = node.scalar;
      parent.key_mark.line = node.line - 1;
      parent.key_mark.column = node.column - 1;
      parent.key_is_next = false;
      return;
    }
    parent.key_is_next = true;
    const auto [first, is_new] = parent.lines.emplace(parent.key, parent.key_mark.line + 1);
    if (!is_new) {
      problems.push_back(
          {fmt::format("{}:{}:{}: {}/{}", file_, parent.key_mark.line + 1,
                       parent.key_mark.column + 1, pointer(), escape_pointer(parent.key)),
           fmt::format("saw the key '{}' a second time; expected it once (first on "
                       "line {})",
                       one_line(parent.key, kShown), first->second)});
      return;
    }
    parent.node.members.push_back(
        {parent.key, parent.key_mark.line + 1, parent.key_mark.column + 1, std::move(node)});
  }
  [[nodiscard]] std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const auto& parent = open_[i];
      out += '/';
      out += parent.node.is_sequence() ? std::to_string(parent.node.items.size())
                                       : escape_pointer(parent.key);
    }
    return out;
  }

  const std::string& file_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t nodes_ = 0;
};

void set_pointers(Node& node, const std::string& pointer) {
  node.pointer = pointer;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    set_pointers(node.items[i], fmt::format("{}/{}", pointer, i));
  }
  for (Node::Member& member : node.members) {
    set_pointers(member.value, pointer + "/" + escape_pointer(member.key));
  }
}

}  // namespace

std::string one_line(std::string_view text, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (out.size() >= most) return out + "...";
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text.substr(i)));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += text.substr(i, length);
    }
    i += length;
  }
  return out;
}

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string Node::where() const {
  const std::string at = pointer.empty() ? "/" : pointer;
  return line == 0 ? fmt::format("{}: {}", file, at)
                   : fmt::format("{}:{}:{}: {}", file, line, column, at);
}

std::string Node::seen() const {
  switch (kind) {
    case Kind::Null:
      return "nothing";
    case Kind::Scalar: {
      const std::string shown = one_line(scalar, kShown);
      return quoted ? fmt::format("\"{}\"", shown) : shown;
    }
    case Kind::Sequence:
      return fmt::format("a list of {}", items.size());
    case Kind::Map:
      return "a map";
  }
  return "";
}

tl::expected<Node, Diagnostics> parse_document(std::string_view text, const std::string& file) {
  if (text.size() > kLargestText) {
    return tl::unexpected(
        Diagnostics{{file + ":1:1: /",
                     fmt::format("saw {} bytes; expected at most {}", text.size(), kLargestText)}});
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  if (auto problem = not_text(text, file)) return tl::unexpected(Diagnostics{std::move(*problem)});
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(file);
  const auto at = [&](const YAML::Mark& mark) {
    return fmt::format("{}:{}:{}: /", file, std::max(mark.line, 0) + 1,
                       std::max(mark.column, 0) + 1);
  };
  try {
    YAML::Parser parser(stream);
    const bool any = parser.HandleNextDocument(builder);
    if (!any || builder.root.is_null()) {
      builder.problems.push_back({file + ":1:1: /", "saw an empty text; expected a map of keys"});
    }
    Node first = std::exchange(builder.root, Node{});
    if (any && parser.HandleNextDocument(builder)) {
      builder.problems.push_back({builder.root.where(), "saw a second document; expected one"});
    }
    builder.root = std::move(first);
  } catch (const YAML::Exception& e) {
    builder.problems.push_back({at(e.mark), fmt::format("saw text that is not valid YAML or JSON "
                                                        "({}); expected it closed and indented",
                                                        e.msg)});
  } catch (const Refused& e) {
    builder.problems.push_back({at(e.mark), e.what});
  }
  if (!builder.problems.empty()) return tl::unexpected(builder.problems);
  set_pointers(builder.root, "");
  return std::move(builder.root);
}

tl::expected<Node, Diagnostics> read_document(const std::string& path) {
  namespace fs = std::filesystem;
  const auto fail = [&](const std::string& what) {
    return tl::unexpected(Diagnostics{{path + ":1:1: /", what}});
  };
  std::error_code ec;
  const fs::file_status status = fs::status(path, ec);
  if (ec || !fs::exists(status)) return fail("saw no such file; expected a YAML or JSON file");
  if (fs::is_directory(status)) return fail("saw a folder; expected a YAML or JSON file");
  if (fs::is_regular_file(status)) {
    const auto size = fs::file_size(path, ec);
    if (!ec && size > kLargestText) {
      return fail(fmt::format("saw {} bytes; expected at most {}", size, kLargestText));
    }
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("saw a file that cannot be opened; expected a readable one");
  std::string text;
  std::vector<char> part(1 << 16);
  while (in && text.size() <= kLargestText) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part.data(), static_cast<std::size_t>(in.gcount()));
  }
  return parse_document(text, path);
}

}  // namespace orrery
