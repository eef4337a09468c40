// Bands: how wrong predictions of each class were on published rows; what an error band is made of.
#pragma once
#include <string>
#include <vector>

#include "orrery/base/text/reader.hpp"

namespace orrery {

// measured / predicted time of held-out rows lies between `low` and `high` for nine rows in ten.
struct Band {
  std::string kind;  // "train dense gpu", "train moe gpu", "train tpu", "serve"
  double low = 0.7, high = 1.4;
  int rows = 0;
};

struct Bands {
  std::vector<Band> bands;
  std::string source;
};

template <class V>
void describe(V& v, Band& b) {
  v("kind", b.kind, "task, model and chip class", kRequired);
  v("low", b.low, "5th percentile of measured / predicted time", kRequired);
  v("high", b.high, "95th percentile", kRequired);
  v("rows", b.rows, "published rows it rests on", kRequired);
}

template <class V>
void describe(V& v, Bands& b) {
  v("bands", b.bands, "by class", kRequired);
  v("source", b.source, "how they were taken");
}

}  // namespace orrery
