// SPDX-License-Identifier: MIT
// A row out that can't be written.
// expect: can't be written
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
void run(const lam::model<digits>& model, const std::array<float, 10>& out) {
    model(std::array<float, 64>{}, out);
}
#endif
