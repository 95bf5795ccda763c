// SPDX-License-Identifier: MIT
// Maxout over groups of no units.
// expect: this layer has no units
// expect: zero_units<laminate::layers::maxout<0>, 1
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::maxout<1>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::maxout<0>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
