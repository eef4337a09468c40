// Fabric: moves messages over wires. One contract, three fidelities (alpha_beta, max_min, packet);
// callers never know which.
//
// Traffic decides what is sent when: it is asked once at time zero and again after each delivery,
// so that a schedule of a billion messages never exists at once.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "orrery/base/units.hpp"
#include "orrery/network/routing.hpp"
#include "orrery/network/wires.hpp"

namespace orrery {

struct Message {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Bytes size;                // payload
  std::uint64_t tag = 0;     // given back at delivery
  std::uint64_t choice = 0;  // told to the routing: an ECMP hash of the flow's ports
};

class Injector {
 public:
  virtual ~Injector() = default;
  [[nodiscard]] virtual Seconds now() const = 0;
  // `after`: later than now by that much; not negative.
  virtual void send(const Message& message, Seconds after = Seconds{}) = 0;
};

class Traffic {
 public:
  virtual ~Traffic() = default;
  virtual void begin(Injector& network) = 0;
  // The last byte of the message with this tag has arrived at its receiver.
  virtual void delivered(std::uint64_t tag, Injector& network) = 0;
};

struct Deliveries {
  Seconds at;
  double messages = 0.0;
};

struct FabricResult {
  Seconds completion;  // last delivery
  std::uint64_t messages = 0;
  std::uint64_t events = 0;            // rate changes (fluid) or packet hops (packet)
  std::vector<double> link_bytes;      // payload that crossed each link
  std::vector<double> wire_bytes;      // with headers; empty where the fabric has none
  std::uint64_t drops = 0;             // packets lost, packet fabric only
  std::uint64_t pauses = 0;            // of a link's channel, where flow control is pfc
  std::vector<Deliveries> deliveries;  // only where messages were played by class
};

class Fabric {
 public:
  virtual ~Fabric() = default;
  [[nodiscard]] virtual const char* name() const = 0;
  // Plays the traffic on an idle network until nothing is left. Throws std::logic_error on traffic
  // between endpoints that the wires do not have.
  virtual FabricResult run(Traffic& traffic) = 0;
  // Told now and then, while a run lasts, how far it has come.
  using Watch = std::function<void(Seconds now)>;
  void watch(Watch watch) { watch_ = std::move(watch); }

 protected:
  Watch watch_;
};

}  // namespace orrery
