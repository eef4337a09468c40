#include <gtest/gtest.h>

#include <algorithm>

#include "support/networks.hpp"

namespace orrery {
namespace {

// Lakhotia et al. 2022, section IV: q^2 + q + 1 routers, q (q + 1)^2 / 2 cables, diameter two; the
// means were counted by another program's search.
TEST(PolarFly, CountsAsPublished) {
  for (const auto& [text, q, mean] :
       {std::tuple{"{kind: polarfly, q: 7, terminals: 1}", 7, 1.859649},
        {"{kind: polarfly, q: 11, terminals: 1}", 11, 1.909774}}) {
    const auto t = test::network(text);
    const NetworkFacts f = t->facts();
    EXPECT_EQ(f.switches, q * q + q + 1);
    EXPECT_EQ(2 * (f.cables - f.endpoints), q * (q + 1) * (q + 1));
    EXPECT_EQ(f.diameter, 2 + 2);
    EXPECT_NEAR(f.average_hops - 2.0, mean, 5e-7);  // the hosts' own cables
  }
}

TEST(PolarFly, OfNoPrimeIsRefusedWhereItStands) {
  EXPECT_EQ(test::mistake("{kind: polarfly, q: 9}"),
            "topology:1:21: /q: saw q: 9; expected a prime, such as 11");
}

}  // namespace
}  // namespace orrery
