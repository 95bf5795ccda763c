// SPDX-License-Identifier: MIT
// Two layers that files of parameters would call the same.
// expect: gives a name that another layer has in files of parameters
// expect: repeated_layer_name<laminate::layers::name<
// expect: 3, 1, 0>
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::dense<8> | lam::relu | lam::name<"1">(lam::dense<8>) |
                         lam::name<"a">(lam::dense<8> | lam::name<"1">(lam::dense<8>));
#else
constexpr auto network = lam::input<8> | lam::dense<8> | lam::relu | lam::name<"0">(lam::dense<8>) |
                         lam::name<"a">(lam::dense<8> | lam::name<"1">(lam::dense<8>));
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
