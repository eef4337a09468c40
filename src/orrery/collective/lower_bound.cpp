#include "orrery/collective/lower_bound.hpp"

namespace orrery {

Seconds lower_bound(CollectiveKind kind, Bytes size, std::uint32_t ranks, BytesPerSecond injection,
                    Adds adds) {
  if (ranks < 2) return {};
  const double n = ranks;
  const double others = (n - 1) / n;
  switch (kind) {
    case CollectiveKind::AllReduce:
      return (adds == Adds::InSwitches ? 1.0 : 2.0 * others) * size / injection;
    case CollectiveKind::ReduceScatter:
    case CollectiveKind::AllGather:
    case CollectiveKind::AllToAll:
      return others * size / injection;
    case CollectiveKind::Broadcast:
    case CollectiveKind::Reduce:
    case CollectiveKind::SendRecv:
      return size / injection;
    case CollectiveKind::Barrier:
      return {};
  }
  return {};
}

double bus_bandwidth_factor(CollectiveKind kind, std::uint32_t ranks) {
  const double n = ranks;
  switch (kind) {
    case CollectiveKind::AllReduce:
      return 2.0 * (n - 1) / n;
    case CollectiveKind::ReduceScatter:
    case CollectiveKind::AllGather:
    case CollectiveKind::AllToAll:
      return (n - 1) / n;
    case CollectiveKind::Broadcast:
    case CollectiveKind::Reduce:
    case CollectiveKind::SendRecv:
    case CollectiveKind::Barrier:
      return 1.0;
  }
  return 1.0;
}

}  // namespace orrery
