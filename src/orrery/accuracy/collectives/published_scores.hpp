// Published collectives beside ours, source by source: `orrery validate --collectives FOLDER`. They
// are judged apart from the kernel database, and by what a fit without them says.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "orrery/base/result.hpp"
#include "orrery/study/catalog.hpp"

namespace orrery {

struct PublishedOutcome {
  std::string source;  // the cluster that the rows stand for
  CollectiveCall call;
  Seconds measured;
  Seconds shipped;            // by the catalog's calibration, whose fit saw most of these rows
  Seconds unseen;             // by a fit that saw no row of this source
  bool was_held_out = false;  // of the catalog's fit
};

// `folder` has ground-truth/collectives.csv, and measured/ for the fits.
tl::expected<std::vector<PublishedOutcome>, Diagnostics> published_scores(const std::string& folder,
                                                                          const Catalog& catalog);

std::string to_text(const std::vector<PublishedOutcome>& outcomes);
std::string to_json(const std::vector<PublishedOutcome>& outcomes);

}  // namespace orrery
