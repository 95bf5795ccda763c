// SPDX-License-Identifier: MIT
// clip whose bounds are exchanged.
// expect: clip needs min_value <= max_value
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::clip(lam::min_value<0.0f>, lam::max_value<1.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::clip(lam::min_value<2.0f>, lam::max_value<1.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
