// SPDX-License-Identifier: MIT
// A row in that is too short.
// expect: this row has the wrong number of floats
// expect: wrong_extent<64, 63>
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
auto outputs(const lam::model<digits>& model) { return model(std::array<float, 64>{}); }
#else
auto outputs(const lam::model<digits>& model) { return model(std::array<float, 63>{}); }
#endif
