// SPDX-License-Identifier: MIT
// A row out that is too long.
// expect: this row has the wrong number of floats
// expect: wrong_extent<10, 16>
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
void run(const lam::model<digits>& model, std::array<float, 10>& out) {
    model(std::array<float, 64>{}, out);
}
#else
void run(const lam::model<digits>& model, std::array<float, 16>& out) {
    model(std::array<float, 64>{}, out);
}
#endif
