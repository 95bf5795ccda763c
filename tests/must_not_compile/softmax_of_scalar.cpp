// SPDX-License-Identifier: MIT
// Softmax of a single unit.
// expect: for a probability from one unit write sigmoid
// expect: softmax_of_scalar<laminate::layers::softmax<>, 2
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<2> | lam::softmax;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense<1> | lam::softmax;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
