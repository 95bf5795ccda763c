// SPDX-License-Identifier: MIT
// Groups that divide no channels.
// expect: groups<N> of a convolution cuts its channels into N equal parts
// expect: channels_indivisible<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8, 8, 4> | lam::conv2d<6, 3>(lam::groups<2>);
#else
constexpr auto network = lam::input<8, 8, 4> | lam::conv2d<6, 3>(lam::groups<3>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
