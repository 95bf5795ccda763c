// SPDX-License-Identifier: MIT
// An option that is NaN, of which no function can be made.
// expect: an option of this layer is NaN
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

#include <limits>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::clip(lam::min_value<0.0f>, lam::max_value<1.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr auto network =
    lam::input<8> | lam::clip(lam::min_value<not_a_number>, lam::max_value<1.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
