// SPDX-License-Identifier: MIT
// A stack without an input.
// expect: a network starts with its input; write input<N>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<4> | lam::relu;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::dense<4> | lam::relu;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
