// SPDX-License-Identifier: MIT
// swish that would be bent the other way.
// expect: swish needs alpha above 0
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::swish(lam::alpha<1.702f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::swish(lam::alpha<-1.0f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
