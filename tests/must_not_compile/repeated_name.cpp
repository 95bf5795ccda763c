// SPDX-License-Identifier: MIT
// A name that is given twice.
// expect: gives a name that another one has given before
// expect: repeated_name<laminate::layers::as<
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
constexpr auto network = lam::input<8> | lam::as<"x"> | lam::dense<8> | lam::as<"y"> |
                         lam::add(lam::linear, lam::from<"x">);
#else
constexpr auto network = lam::input<8> | lam::as<"x"> | lam::dense<8> | lam::as<"x"> |
                         lam::add(lam::linear, lam::from<"x">);
#endif
static_assert(lam::plan(network).steps > 0, "a right network has a step");
