// SPDX-License-Identifier: MIT
// No groups at all.
// expect: zero_units<laminate::layers::softmax<0>, 1
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::softmax(lam::groups<1>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::softmax(lam::groups<0>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
