// SPDX-License-Identifier: MIT
// A transpose that names an axis twice.
// expect: transpose<...> names each axis once
// expect: axis_left_out<laminate::layers::transpose<1, 1>, 1, 0, 2>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 2> | lam::transpose<1, 0>;
#else
constexpr auto network = lam::input<8, 2> | lam::transpose<1, 1>;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
