// SPDX-License-Identifier: MIT
// A model of something that isn't a network.
// expect: model
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
lam::model<digits> model;
#else
lam::model<int> model;
#endif
