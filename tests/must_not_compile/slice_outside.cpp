// SPDX-License-Identifier: MIT
// A slice that ends behind the last unit.
// expect: this slice ends behind the last unit of what arrives
// expect: slice_outside<laminate::layers::slice<2, 9>, 1, 9, 8>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::slice<2, 8> | lam::relu;
#else
constexpr auto network = lam::input<8> | lam::slice<2, 9> | lam::relu;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
