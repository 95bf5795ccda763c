// SPDX-License-Identifier: MIT
// shrink whose flat piece ends before it begins.
// expect: shrink's lambd is how far from 0
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::shrink(lam::lambd<0.5f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::shrink(lam::lambd<-0.5f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
