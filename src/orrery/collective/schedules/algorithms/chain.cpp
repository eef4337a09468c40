// A pipeline from rank to rank: the vector in c chunks, each forwarded while the next arrives.
//   broadcast, reduce   T = (n-2+c) (alpha + S/(cB))
#include "orrery/collective/schedules/builtins.hpp"

namespace orrery {
namespace {

class Chain final : public CollectiveSchedule {
 public:
  explicit Chain(const ScheduleRequest& request)
      : ranks_(request.ranks),
        chunks_(request.chunks),
        reduces_(request.kind == CollectiveKind::Reduce),
        chunk_(request.size / static_cast<double>(request.chunks)) {}

  [[nodiscard]] std::uint32_t ranks() const override { return ranks_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t /*stream*/) const override {
    return ranks_ < 2 ? 0 : ranks_ - 2 + chunks_;
  }
  void sends(std::uint32_t /*stream*/, std::uint32_t rank, std::uint32_t step,
             std::vector<Move>& moves) const override {
    const std::uint32_t place = place_of(rank);
    if (place + 1 < ranks_ && step >= place && step < place + chunks_)
      moves.push_back({rank_at(place + 1), chunk_});
  }
  [[nodiscard]] std::uint32_t receives(std::uint32_t /*stream*/, std::uint32_t rank,
                                       std::uint32_t step) const override {
    const std::uint32_t place = place_of(rank);
    return place > 0 && step + 1 >= place && step + 1 < place + chunks_ ? 1 : 0;
  }
  [[nodiscard]] Bytes added(std::uint32_t stream, std::uint32_t rank,
                            std::uint32_t step) const override {
    return reduces_ && receives(stream, rank, step) > 0 ? chunk_ : Bytes{};
  }
  [[nodiscard]] IdleCost idle_cost() const override {
    const double n = steps(0);
    return {n, n * chunk_, reduces_ ? n * chunk_ : Bytes{}};
  }

 private:
  // Places count from where the data starts: rank 0 has it, or wants it.
  [[nodiscard]] std::uint32_t place_of(std::uint32_t rank) const {
    return reduces_ ? ranks_ - 1 - rank : rank;
  }
  [[nodiscard]] std::uint32_t rank_at(std::uint32_t place) const { return place_of(place); }

  std::uint32_t ranks_, chunks_;
  bool reduces_;
  Bytes chunk_;
};

}  // namespace

MadeSchedule make_chain(const ScheduleRequest& request) { return std::make_unique<Chain>(request); }

}  // namespace orrery
