// Fits FabricCalibrations on measured collectives with the closed forms themselves: there is no
// second copy of a formula. Coordinate search over logarithms of the lines' numbers; deterministic.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "orrery/accuracy/collective_rows.hpp"

namespace orrery {

// Relative error of one row, |predicted / measured - 1|.
double relative_error(const CollectiveRow& row, const Cluster& cluster,
                      const CollectiveCalibration& calibration);

// Whether a row judges the library rather than the host that launches it.
bool counts(const CollectiveRow& row);

double median(std::vector<double> values);  // 0 when empty

struct FittedFabric {
  FabricCalibration calibration;
  int rows = 0, rows_held_out = 0;
  double error = 0.0, error_held_out = 0.0;
};

// Fabrics of inner tiers first, then those between nodes over the fitted inner ones. Rows of a
// fabric are those whose outermost tier has it; rows held out are not seen by the search.
class CollectiveFit {
 public:
  // What one search may turn.
  struct Knobs {
    std::vector<std::vector<ProtocolLine>*> lists;
    BytesPerSecond* copy = nullptr;
    double* crowding = nullptr;
    Seconds longest_step{4e-5};
  };

  CollectiveFit(std::vector<CollectiveRow> rows, const std::string& catalog);

  // `prior` gives the starting lines and stays where there are too few rows to move them.
  FittedFabric fit(const std::string& fabric, const FabricCalibration& prior);

  [[nodiscard]] const CollectiveCalibration& calibration() const { return calibration_; }
  [[nodiscard]] const std::vector<CollectiveRow>& rows() const { return rows_; }
  [[nodiscard]] const Cluster& cluster_of(const CollectiveRow& row) const;
  void add(FabricCalibration fabric) { calibration_.fabrics.push_back(std::move(fabric)); }

 private:
  [[nodiscard]] std::vector<const CollectiveRow*> rows_of(const std::string& fabric) const;
  [[nodiscard]] double loss(const std::vector<const CollectiveRow*>& rows) const;
  void search(const std::vector<const CollectiveRow*>& rows, const Knobs& knobs);

  std::vector<CollectiveRow> rows_;
  std::map<std::pair<std::string, int>, Cluster> clusters_;
  CollectiveCalibration calibration_;
};

}  // namespace orrery
