// SPDX-License-Identifier: MIT
// Rows that may lie anywhere, not one behind the other.
// expect: batch() takes contiguous floats
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
void run(const lam::model<digits>& model, std::span<const std::array<float, 64>> in,
         std::vector<float>& out) {
    model.batch(in, out);
}
#else
void run(const lam::model<digits>& model, std::span<const std::span<const float, 64>> in,
         std::vector<float>& out) {
    model.batch(in, out);
}
#endif
