// SPDX-License-Identifier: MIT
// A layer template without its number of units.
// expect: dense
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<4>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
