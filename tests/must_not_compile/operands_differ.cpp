// SPDX-License-Identifier: MIT
// A sum of values of different widths.
// expect: which must have the same shape
// expect: operands_differ<laminate::layers::residual
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::residual(lam::dense<8>) | lam::relu;
#else
constexpr auto network = lam::input<8> | lam::residual(lam::dense<7>) | lam::relu;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
