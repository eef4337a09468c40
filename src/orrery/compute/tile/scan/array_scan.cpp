#include "orrery/compute/tile/scan/array_scan.hpp"

#include <cmath>

namespace orrery {
namespace {

class Products {
 public:
  explicit Products(double element) : element_(element) {}

  void add(double count, double m, double n, double k) {
    ArrayProduct p;
    p.m = m;
    p.n = n;
    p.k = k;
    p.count = count;
    p.input_element = p.weight_element = element_;
    made_.product[made_.count++] = p;
  }
  [[nodiscard]] const ChunkProducts& made() const { return made_; }

 private:
  double element_;
  ChunkProducts made_;
};

}  // namespace

// StateSpace: C B' once a group; of each head (its decayed scores) X, the state B' X, and C state.
// DeltaRule: K K' and Q K' of each head; the inverse of the unit triangle I + A, which is
// (I - A)(I + A^2)(I + A^4)..., two products a doubling; W = T K, U = T V, U - W S, Q S, scores U,
// K' U.
ChunkProducts chunk_products(const ArrayScan& s, double q) {
  Products out(s.element);
  const double h = s.heads;
  if (s.recurrence == Recurrence::StateSpace) {
    out.add(s.groups, q, q, s.state);
    out.add(h, q, s.value, q);
    out.add(h, s.state, s.value, q);
    out.add(h, q, s.value, s.state);
    return out.made();
  }
  out.add(2.0 * h, q, q, s.state);
  if (q > 2) out.add(2.0 * (std::ceil(std::log2(q)) - 1.0) * h, q, q, q);
  out.add(h, q, s.state, q);
  out.add(h, q, s.value, q);
  out.add(2.0 * h, q, s.value, s.state);
  out.add(h, q, s.value, q);
  out.add(h, s.state, s.value, q);
  return out.made();
}

// A score: the difference of two sums of decays, its exponential, times the product, cast. The
// delta rule has two triangles of them. A value: by its step or beta and by the decay to the
// chunk's end, and what comes of the state by the decay from its beginning, added. An element of
// the state: decayed and added to.
ChunkOperations chunk_operations(const ArrayScan& s, double q) {
  constexpr double kScore = 4, kValue = 4, kState = 2;
  const double triangles = s.recurrence == Recurrence::StateSpace ? 1.0 : 2.0;
  const double scores = triangles * q * q;
  const double ends = 2.0 * q;  // exponentials of decays to and from the ends of the chunk
  return {s.heads * (kScore * scores + kValue * q * s.value + ends + kState * s.state * s.value),
          s.heads * (scores + ends)};
}

double head_token_bytes(const ArrayScan& s) {
  constexpr double kDecay = 4.0;  // its logarithm, in fp32
  return 2.0 * s.value * s.element + kDecay;
}

double group_token_bytes(const ArrayScan& s) { return 2.0 * s.state * s.element; }

double state_bytes(const ArrayScan& s) {
  const double moved = s.length > 1 ? 0.0 : 2.0;
  return moved * s.heads * s.state * s.value * kPartialElement;
}

}  // namespace orrery
