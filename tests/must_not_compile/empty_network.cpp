// SPDX-License-Identifier: MIT
// A named network that declares nothing.
// expect: a network starts with its input
// expect: no_input<digits
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
struct digits : lam::network<lam::input<8> | lam::dense<4>> {};
constexpr digits network;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#else
struct digits : lam::network<lam::stack<>{}> {};
constexpr digits network;
static_assert(lam::plan(network).steps > 0, "a right network has a step");
#endif
