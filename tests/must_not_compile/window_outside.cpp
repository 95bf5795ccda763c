// SPDX-License-Identifier: MIT
// A window larger than the map.
// expect: this window doesn't fit the map that arrives
// expect: window_outside<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<4, 4, 1> | lam::conv2d<4, 5>(lam::same);
#else
constexpr auto network = lam::input<4, 4, 1> | lam::conv2d<4, 5>;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
