// SPDX-License-Identifier: MIT
// An option of another layer, on one of many that share a sentence.
// expect: hard_sigmoid alpha<> and beta<>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::hard_sigmoid(lam::beta<0.4f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::hard_sigmoid(lam::max_value<0.4f>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
