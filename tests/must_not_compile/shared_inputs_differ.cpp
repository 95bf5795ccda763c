// SPDX-License-Identifier: MIT
// A shared block where rows of another width arrive.
// expect: all places of a shared<...> block need values of the same shape
// expect: shared_inputs_differ<laminate::layers::shared<
// expect: 3, 8, 9>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::shared<"a">(lam::dense<8>) | lam::dense<8> |
                         lam::shared<"a">(lam::dense<8>);
#else
constexpr auto network = lam::input<8> | lam::shared<"a">(lam::dense<8>) | lam::dense<9> |
                         lam::shared<"a">(lam::dense<8>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
