// Node: one value of a YAML or JSON text with the place it stands at. A Document owns the tree.
//
// The parser refuses what YAML readers usually let pass: duplicate keys, texts over 64 MiB, trees
// over a million nodes after aliases are expanded, nesting over 64 levels.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "orrery/base/result.hpp"

namespace orrery {

class Node {
 public:
  enum class Kind { Null, Scalar, Sequence, Map };

  struct Member;

  Kind kind = Kind::Null;
  bool quoted = false;          // a quoted scalar is text, whatever it looks like
  std::string scalar;           // Scalar: the text as written
  std::vector<Node> items;      // Sequence
  std::vector<Member> members;  // Map, in the order of the file
  int line = 0;                 // from 1; 0 when the node was not read from a file
  int column = 0;               // from 1
  std::string file;             // shown in messages
  std::string pointer;          // JSON pointer of this node, "" at the root

  [[nodiscard]] bool is_map() const { return kind == Kind::Map; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::Sequence; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::Scalar; }
  [[nodiscard]] bool is_null() const { return kind == Kind::Null; }

  // The member's value, or nullptr when this is no map or has no such key.
  [[nodiscard]] const Node* find(std::string_view key) const;

  // "file:line:column: /pointer", what an Error's `where` holds.
  [[nodiscard]] std::string where() const;

  // What stands here in a few words: `3.35`, `a list of 3`, `a map`.
  [[nodiscard]] std::string seen() const;
};

struct Node::Member {
  std::string key;
  int line = 0;
  int column = 0;
  Node value;
};

// Text for a message: on one line, control characters spelt out, cut after `most` bytes but never
// inside a character.
std::string one_line(std::string_view text, std::size_t most = std::string_view::npos);

// Parses YAML (of which JSON is a part). All mistakes of the text itself, first to last.
tl::expected<Node, Diagnostics> parse_document(std::string_view text, const std::string& file);

// Reads and parses a file; a folder, a missing or an oversized file is an error.
tl::expected<Node, Diagnostics> read_document(const std::string& path);

}  // namespace orrery
