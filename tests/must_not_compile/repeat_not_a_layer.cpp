// SPDX-License-Identifier: MIT
// Something that isn't a layer, repeated.
// expect: only layers can be repeated
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::repeat<2>(lam::dense<8>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::repeat<2>(8);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
