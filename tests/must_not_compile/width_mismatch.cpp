// SPDX-License-Identifier: MIT
// A dense layer that declares another width than what arrives.
// expect: this dense layer declares an input width other than what arrives
// expect: width_mismatch<laminate::layers::dense<4, 12
// expect: , 3, 12, 16>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<16> | lam::relu | lam::dense<4, 16>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense<16> | lam::relu | lam::dense<4, 12>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
