// SPDX-License-Identifier: MIT
// Groups that the row can't be cut into.
// expect: cuts a row into N groups of equal length
// expect: groups_indivisible<laminate::layers::softmax<3>, 1, 3, 8>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<9> | lam::softmax(lam::groups<3>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::softmax(lam::groups<3>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
