#include "orrery/study/network/chakra/wire_reader.hpp"

namespace orrery {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };
constexpr int kMostVarintBytes = 10;

}  // namespace

bool WireReader::varint(std::uint64_t& value) {
  if (left_.empty()) return false;
  value = 0;
  for (int i = 0; i < kMostVarintBytes && !left_.empty(); ++i) {
    const auto byte = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if ((byte & 0x80) == 0) return true;
  }
  is_broken_ = true;
  return false;
}

bool WireReader::take(std::size_t count, std::string_view& bytes) {
  if (count > left_.size()) {
    is_broken_ = true;
    return false;
  }
  bytes = left_.substr(0, count);
  left_.remove_prefix(count);
  return true;
}

// Least significant byte first.
bool WireReader::fixed(std::size_t count, std::uint64_t& value) {
  std::string_view bytes;
  if (!take(count, bytes)) return false;
  value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return true;
}

bool WireReader::next_message(std::string_view& message) {
  std::uint64_t length = 0;
  return varint(length) && take(length, message);
}

bool WireReader::next(WireField& field) {
  std::uint64_t key = 0;
  if (!varint(key)) return false;
  field = {.number = static_cast<std::uint32_t>(key >> 3)};
  switch (static_cast<std::uint32_t>(key & 7)) {
    case kVarint:
      if (varint(field.value)) return true;
      break;
    case kFixed64:
      return fixed(8, field.value);
    case kFixed32:
      return fixed(4, field.value);
    case kLength: {
      std::uint64_t length = 0;
      if (varint(length)) return take(length, field.bytes);
      break;
    }
    default:
      break;
  }
  is_broken_ = true;
  return false;
}

}  // namespace orrery
