// SPDX-License-Identifier: MIT
// Dropout of everything.
// expect: dropout's rate is the probability of dropping a unit
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dropout<0.5f>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dropout<1.0f>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
