// SPDX-License-Identifier: MIT
// An input and nothing else.
// expect: this network is an input and nothing else; add a layer
#include <laminate/layer/all.hpp>
#include <laminate/layer/network.hpp>

namespace lam = laminate;

#ifdef GOOD
struct digits : lam::network<lam::input<8> | lam::linear> {};
#else
struct digits : lam::network<lam::input<8>> {};
#endif
static_assert(lam::plan(digits{}).steps > 0, "a right network has a step");
