// SPDX-License-Identifier: MIT
// A mistyped number of units.
// expect: more than 2^34 weights; is a number mistyped?
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<1'000>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense<1'000'000'000'000>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
