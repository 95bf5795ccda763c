// SPDX-License-Identifier: MIT
// A number where an option should be.
// expect: this layer doesn't have that option; relu takes max_value<>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::elu(lam::alpha<0.5f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::elu(0.5f);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
