// SPDX-License-Identifier: MIT
// A pool with more padding than its window.
// expect: a window of this pool would lie in the padding alone
// expect: window_in_padding<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<4, 4, 1> | lam::max_pool2d<2>(lam::padding<1>);
#else
constexpr auto network = lam::input<4, 4, 1> | lam::max_pool2d<2>(lam::padding<2>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
