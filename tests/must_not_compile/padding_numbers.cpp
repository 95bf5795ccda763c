// SPDX-License-Identifier: MIT
// Three amounts of padding for two axes.
// expect: padding<...> has one number for all sides
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 4> | lam::max_pool2d<3>(lam::padding<1, 0>);
#else
constexpr auto network = lam::input<8, 8, 4> | lam::max_pool2d<3>(lam::padding<1, 0, 1>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
