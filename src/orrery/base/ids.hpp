// Ids: an index into its owner's table, typed so that a link is never a rank.
#pragma once
#include <cstdint>

namespace orrery {

enum class ChipId : std::uint32_t {};
enum class LinkId : std::uint32_t {};
enum class RankId : std::uint32_t {};
enum class OpId : std::uint32_t {};

template <class Id>
constexpr std::uint32_t index(Id id) {
  return static_cast<std::uint32_t>(id);
}

}  // namespace orrery
