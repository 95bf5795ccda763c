// SPDX-License-Identifier: MIT
// An option that the layer doesn't have.
// expect: this layer doesn't have that option; relu takes max_value<>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::leaky_relu(lam::negative_slope<0.2f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::leaky_relu(lam::max_value<6.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
