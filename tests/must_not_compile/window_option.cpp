// SPDX-License-Identifier: MIT
// An option that a pool lacks.
// expect: this layer doesn't have that option; those over windows
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 4> | lam::conv2d<4, 3>(lam::groups<2>);
#else
constexpr auto network = lam::input<8, 8, 4> | lam::max_pool2d<3>(lam::groups<2>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
