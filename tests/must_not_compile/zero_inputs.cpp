// SPDX-License-Identifier: MIT
// An input of no units.
// expect: this layer has no units
// expect: zero_units<laminate::layers::input<0>, 0
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<1> | lam::dense<4>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<0> | lam::dense<4>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
