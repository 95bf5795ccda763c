// SPDX-License-Identifier: MIT
// Something that isn't a layer, on the right of |.
// expect: only layers can be stacked with |
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<4> | lam::relu;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | 4 | lam::relu;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
