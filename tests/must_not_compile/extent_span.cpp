// SPDX-License-Identifier: MIT
// Reading a span of the wrong extent.
// expect: this row has the wrong number of floats
// expect: wrong_extent<64, 32>
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
auto outputs(const lam::model<digits>& model, std::span<const float, 64> in) { return model(in); }
#else
auto outputs(const lam::model<digits>& model, std::span<const float, 32> in) { return model(in); }
#endif
