// SPDX-License-Identifier: MIT
// Rows of four axes.
// expect: rows have one to three axes
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<2, 3, 4> | lam::relu;
#else
constexpr auto network = lam::input<2, 3, 4, 5> | lam::relu;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
