// SPDX-License-Identifier: MIT
// relu with a slope below 0.
// expect: relu needs negative_slope >= 0 and 0 <= threshold <= max_value
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::relu(lam::negative_slope<0.1f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::relu(lam::negative_slope<-0.1f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
