// SPDX-License-Identifier: MIT
// Extents whose product is another than what arrives.
// expect: reshape keeps all floats of a row
// expect: reshape_differs<laminate::layers::reshape<4, 3>, 1, 8, 12>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::reshape<4, 2> | lam::dense<3>;
#else
constexpr auto network = lam::input<8> | lam::reshape<4, 3> | lam::dense<3>;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
