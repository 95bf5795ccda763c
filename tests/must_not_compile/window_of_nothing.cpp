// SPDX-License-Identifier: MIT
// A stride of 0.
// expect: the extents of a window, its strides and dilations are numbers of at least 1
// expect: window_of_nothing<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 1> | lam::max_pool2d<2>(lam::stride<1>);
#else
constexpr auto network = lam::input<8, 8, 1> | lam::max_pool2d<2>(lam::stride<0>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
