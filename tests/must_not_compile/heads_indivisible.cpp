// SPDX-License-Identifier: MIT
// More heads than features can be shared out to.
// expect: self_attention<Heads> gives each head as many features
// expect: heads_indivisible<laminate::layers::self_attention<3>, 1, 3, 8>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<5, 8> | lam::self_attention<4>;
#else
constexpr auto network = lam::input<5, 8> | lam::self_attention<3>;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
