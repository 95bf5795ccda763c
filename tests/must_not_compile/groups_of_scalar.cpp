// SPDX-License-Identifier: MIT
// Groups of a single unit.
// expect: give the layer before softmax a unit for each class (of each
// expect: softmax_of_scalar<laminate::layers::log_softmax<8>, 1
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::log_softmax(lam::groups<4>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
constexpr auto network = lam::input<8> | lam::log_softmax(lam::groups<8>);
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
