// SPDX-License-Identifier: MIT
// Normal numbers: moments, tails, and the very bits.

#include "support/catch.hpp"

#include <laminate/train/steps/normal.hpp>

#include <cmath>

namespace lam = laminate;

TEST_CASE("normal: moments and tails of a million numbers", "[train]") {
    constexpr int count = 1'000'000;
    lam::random_source random(11);
    double sums[4] = {};
    int beyond[4] = {};
    for (int i = 0; i < count; ++i) {
        const double x = lam::normal(random);
        double power = 1.0;
        for (double& sum : sums)
            sum += power *= x;
        for (int k = 0; k < 4; ++k)
            beyond[k] += x > k ? 1 : 0;
    }
    // Four standard deviations of each estimate: sqrt(Var / count), Var = 1, 2, 15, 96.
    CHECK(std::fabs(sums[0] / count) < 4e-3);
    CHECK(std::fabs(sums[1] / count - 1.0) < 5.7e-3);
    CHECK(std::fabs(sums[2] / count) < 1.6e-2);
    CHECK(std::fabs(sums[3] / count - 3.0) < 3.9e-2);
    const double tail[] = {0.5, 0.158655, 0.0227501, 0.00134990};
    for (int k = 0; k < 4; ++k)
        CHECK(std::fabs(beyond[k] / double{count} - tail[k]) <
              4 * std::sqrt(tail[k] * (1 - tail[k]) / count));
}

// In a constant expression, and so on any compiler and machine.
TEST_CASE("normal: a seed names the bits for ever", "[train]") {
    constexpr auto drawn = [](std::uint64_t seed, int skip) {
        lam::random_source random(seed);
        for (int i = 0; i < skip; ++i)
            (void)lam::normal(random);
        return lam::normal(random);
    };
    static_assert(drawn(1, 0) == -0x1.be6db6b9bd316p-2, "the first number of seed 1");
    static_assert(drawn(2, 5) == 0x1.31d33d845c534p-1, "the sixth number of seed 2");
    CHECK(drawn(1, 0) == -0x1.be6db6b9bd316p-2);
    CHECK(drawn(2, 5) == 0x1.31d33d845c534p-1);
}
