// SPDX-License-Identifier: MIT
// A block repeated no times.
// expect: repeat<0> leaves nothing
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::repeat<2>(lam::dense<8> | lam::relu);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::repeat<0>(lam::dense<8> | lam::relu);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
