// SPDX-License-Identifier: MIT
// A number as an operand.
// expect: operands are layers or stacks of layers
// expect: or linear for what arrives
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::add(lam::dense<4>, lam::dense<4>);
#else
constexpr auto network = lam::input<8> | lam::add(lam::dense<4>, 4);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
