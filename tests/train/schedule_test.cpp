// SPDX-License-Identifier: MIT
// Learning rates over time.

#include "support/catch.hpp"

#include <laminate/train/fit/schedule.hpp>

namespace lam = laminate;

namespace {
bool near(double a, double b) { return std::fabs(a - b) < 1e-10; }
} // namespace

TEST_CASE("schedule: steps and exponentials", "[train]") {
    CHECK(lam::constant()(1e6) == 1.0);
    const lam::schedule steps = lam::step_decay(10, 0.5);
    CHECK(steps(0.0) == 1.0);
    CHECK(steps(9.99) == 1.0);
    CHECK(steps(10.0) == 0.5);
    CHECK(steps(35.0) == 0.125);
    const lam::schedule falling = lam::exponential(0.9);
    CHECK(falling(0.5) == 1.0);
    CHECK(near(falling(20.0), std::pow(0.9, 20)));
}

TEST_CASE("schedule: half a cosine", "[train]") {
    const lam::schedule wave = lam::cosine(10.0, 0.2);
    for (double t = 0.0; t <= 10.0; t += 0.25)
        CHECK(near(wave(t), 0.2 + 0.4 * (1.0 + std::cos(3.141592653589793 * t / 10.0))));
    CHECK(near(wave(50.0), 0.2));
}

TEST_CASE("schedule: warm-up goes before any other", "[train]") {
    const lam::schedule s = lam::warm_up(4.0, lam::step_decay(2, 0.5));
    CHECK(s(0.0) == 0.0);
    CHECK(s(1.0) == 0.25);
    CHECK(s(2.0) == 0.25);
    CHECK(s(4.0) == 0.25);
    CHECK(lam::warm_up(2.0)(1.0) == 0.5);
}

TEST_CASE("schedule: of no epochs, and at times that aren't", "[train]") {
    CHECK(near(lam::cosine(0.0, 0.25)(0.0), 0.25));
    CHECK(near(lam::cosine(-1.0, 0.25)(3.0), 0.25));
    CHECK(lam::warm_up(0.0)(0.0) == 1.0);
    CHECK(lam::warm_up(2.0, nullptr)(1.0) == 0.5);
    CHECK(lam::step_decay(0, 0.5)(2.0) == 0.25);
    CHECK(lam::exponential(0.5)(-1.0) == 1.0);
    CHECK(lam::exponential(0.5)(std::nan("")) == 1.0);
    CHECK(lam::exponential(0.5)(1e300) == 0.0);
}

TEST_CASE("schedule: reduced where the loss no longer falls", "[train]") {
    lam::reduce_on_plateau plateau;
    plateau.factor = 0.5;
    plateau.patience = 1;
    plateau.lowest = 0.3;
    CHECK(plateau.observe(1.0) == 1.0);
    CHECK(plateau.observe(0.9) == 1.0);
    CHECK(plateau.observe(0.9) == 1.0); // waits
    CHECK(plateau.observe(0.95) == 0.5);
    CHECK(plateau.observe(0.8) == 0.5);
    CHECK(plateau.observe(0.8) == 0.5);
    CHECK(plateau.observe(0.8) == 0.3);
    CHECK(plateau.observe(std::nan("")) == 0.3);
}
