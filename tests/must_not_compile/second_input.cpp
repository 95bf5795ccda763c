// SPDX-License-Identifier: MIT
// A stack with a second input in the middle.
// expect: this network has a second input in the middle
// expect: second_input<laminate::layers::input<4>, 2
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<4> | lam::dense<2>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense<4> | lam::input<4> | lam::dense<2>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
