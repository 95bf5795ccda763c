// SPDX-License-Identifier: MIT
// A layer behind the outputs.
// expect: outputs(...) ends a network, and this layer follows it
// expect: outputs_not_last<laminate::layers::relu
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::outputs(lam::dense<1>, lam::dense<2> | lam::relu);
#else
constexpr auto network = lam::input<8> | lam::outputs(lam::dense<1>, lam::dense<2>) | lam::relu;
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
