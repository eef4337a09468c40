// The wire format of protocol buffers, field by field: enough to read what others wrote without
// their library (protobuf.dev, "Encoding").
#pragma once
#include <cstdint>
#include <string_view>

namespace orrery {

struct WireField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  // of numbers; fixed-width ones as their bits
  std::string_view bytes;   // of texts, messages and packed lists
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : left_(bytes) {}

  // False at the end, or where the bytes are none of a message.
  bool next(WireField& field);
  // A length and so many bytes, as files of several messages have them.
  bool next_message(std::string_view& message);
  // A number of a packed list.
  bool next_number(std::uint64_t& value) { return varint(value); }

  [[nodiscard]] bool is_broken() const { return is_broken_; }
  [[nodiscard]] std::size_t left() const { return left_.size(); }

 private:
  bool varint(std::uint64_t& value);
  bool take(std::size_t count, std::string_view& bytes);
  bool fixed(std::size_t count, std::uint64_t& value);

  std::string_view left_;
  bool is_broken_ = false;
};

}  // namespace orrery
