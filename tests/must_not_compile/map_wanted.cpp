// SPDX-License-Identifier: MIT
// A convolution over a row.
// expect: this layer goes over a map
// expect: map_wanted<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 1> | lam::conv2d<4, 3>;
#else
constexpr auto network = lam::input<64> | lam::conv2d<4, 3>;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
