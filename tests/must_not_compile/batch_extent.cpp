// SPDX-License-Identifier: MIT
// A batch of rows of the wrong extent.
// expect: this row has the wrong number of floats
// expect: wrong_extent<64, 32>
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
void run(const lam::model<digits>& model, const std::vector<std::array<float, 64>>& in,
         std::vector<std::array<float, 10>>& out) {
    model.batch(in, out);
}
#else
void run(const lam::model<digits>& model, const std::vector<std::array<float, 32>>& in,
         std::vector<std::array<float, 10>>& out) {
    model.batch(in, out);
}
#endif
