// SPDX-License-Identifier: MIT
// celu that would divide by 0.
// expect: celu divides by alpha, which must be above 0
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::celu(lam::alpha<0.5f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::celu(lam::alpha<0.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
