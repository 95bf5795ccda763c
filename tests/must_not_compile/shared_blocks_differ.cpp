// SPDX-License-Identifier: MIT
// One name for two blocks.
// expect: all shared<...> of one name are one block
// expect: shared_blocks_differ<laminate::layers::shared<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network =
    lam::input<8> | lam::shared<"a">(lam::dense<8>) | lam::relu | lam::shared<"a">(lam::dense<8>);
#else
constexpr auto network = lam::input<8> | lam::shared<"a">(lam::dense<8>) | lam::relu |
                         lam::shared<"a">(lam::dense<8>(lam::no_bias));
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
