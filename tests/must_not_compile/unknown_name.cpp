// SPDX-License-Identifier: MIT
// A name that nobody gives.
// expect: reads a name that no as<...> before it gives
// expect: unknown_name<laminate::layers::concat<laminate::layers::linear, laminate::layers::from<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::as<"x"> | lam::concat(lam::linear, lam::from<"x">);
#else
constexpr auto network = lam::input<8> | lam::as<"x"> | lam::concat(lam::linear, lam::from<"y">);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
