// SPDX-License-Identifier: MIT
// Three strides for two axes.
// expect: have a number for each axis of a map, or one for all
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 4> | lam::max_pool2d<3>(lam::stride<2, 1>);
#else
constexpr auto network = lam::input<8, 8, 4> | lam::max_pool2d<3>(lam::stride<2, 1, 1>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
