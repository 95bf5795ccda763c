// SPDX-License-Identifier: MIT
// A name that no file could be searched for.
// expect: is empty, or has spaces, quotes or what can't be printed
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::name<"a.b">(lam::dense<8>);
#else
constexpr auto network = lam::input<8> | lam::name<"">(lam::dense<8>);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
