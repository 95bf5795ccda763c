// SPDX-License-Identifier: MIT
// What the first dense layer gives is thrown away.
// expect: nothing reads what this layer gives
// expect: unread_value<laminate::layers::dense<3
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network =
    lam::input<8> | lam::as<"x"> | lam::dense<3> | lam::concat(lam::linear, lam::from<"x">);
#else
constexpr auto network = lam::input<8> | lam::as<"x"> | lam::dense<3> | lam::from<"x"> | lam::relu;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
