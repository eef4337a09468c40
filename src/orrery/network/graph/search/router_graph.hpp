// RouterGraph: what forwards in a network, numbered from zero. An endpoint with a single cable is
// no router: it hangs from its switch, and is as far as that and one more.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "orrery/network/wires.hpp"

namespace orrery {

class RouterGraph {
 public:
  explicit RouterGraph(const Wires& wires);

  [[nodiscard]] std::uint32_t routers() const {
    return static_cast<std::uint32_t>(first_.size()) - 1;
  }
  [[nodiscard]] std::uint32_t vertices() const {
    return static_cast<std::uint32_t>(router_.size());
  }
  [[nodiscard]] std::uint32_t endpoints() const { return endpoints_; }
  [[nodiscard]] std::size_t links() const { return to_.size(); }
  // The router that a vertex is or hangs from.
  [[nodiscard]] std::uint32_t router(std::uint32_t vertex) const { return router_[vertex]; }
  // 1 for an endpoint that hangs from a router, 0 for a router.
  [[nodiscard]] int drop(std::uint32_t vertex) const { return hangs_[vertex] ? 1 : 0; }
  [[nodiscard]] std::span<const std::uint32_t> neighbours(std::uint32_t router) const {
    return {to_.data() + first_[router], to_.data() + first_[router + 1]};
  }
  // Endpoints that hang from a router, and whether it is an endpoint itself.
  [[nodiscard]] std::uint32_t hanging(std::uint32_t router) const { return hanging_[router]; }
  [[nodiscard]] bool is_endpoint(std::uint32_t router) const { return is_endpoint_[router]; }

 private:
  std::uint32_t endpoints_;
  std::vector<std::uint32_t> router_;  // by vertex
  std::vector<bool> hangs_;
  std::vector<std::uint32_t> first_, to_;  // neighbours, by router
  std::vector<std::uint32_t> hanging_;
  std::vector<bool> is_endpoint_;
};

}  // namespace orrery
