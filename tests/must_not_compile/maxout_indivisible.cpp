// SPDX-License-Identifier: MIT
// Maxout over groups that don't divide the width.
// expect: so K must divide the width that arrives
// expect: maxout_indivisible<laminate::layers::maxout<4>, 2, 4, 10>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<12> | lam::maxout<4>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::dense<10> | lam::maxout<4>;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
