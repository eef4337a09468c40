// CollectiveRow: one measured collective, as the call and the cluster of ours that stand for it.
//
// The measurements lie outside the repository, in the folder that README calls shared; without it
// there are no rows. The catalog supplies the wires.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/collective/closed_form.hpp"

namespace orrery {

struct CollectiveRow {
  std::string set;      // "measured a100_sxm", "aws-p5": what is fitted and reported together
  std::string cluster;  // name under catalog/clusters
  int chips = 0;
  CollectiveCall call;
  Seconds measured;
  // Launched from the host one by one: small messages show the host's launches, not the library.
  bool host_launched = false;
  bool held_out = false;  // every fifth call
  double weight = 1.0;    // in a fit; a published row stands for a run, not for one of hundreds
};

struct CollectiveTable {
  std::vector<CollectiveRow> rows;
  int skipped = 0;  // lines of devices and collectives that are none of ours
};

// One table as measured/collective.csv.gz, plain or gzipped; equal runs are one row, their median. A
// count, size or time that is no number above zero is an error with its line.
Result<CollectiveTable> read_collective_table(const std::string& file);

// All rows of the shared folder; equal runs of one set are one row, their median.
std::vector<CollectiveRow> read_collective_rows(const std::string& shared);

// The cluster of that name and size from a catalog folder. Throws InternalError when it has none.
Cluster catalog_cluster(const std::string& catalog, const std::string& name, int chips);

}  // namespace orrery
