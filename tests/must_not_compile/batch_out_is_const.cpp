// SPDX-License-Identifier: MIT
// A batch written to constants.
// expect: can't be written
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
void run(const lam::model<digits>& model, const std::vector<float>& in, std::vector<float>& out) {
    model.batch(in, out);
}
#else
void run(const lam::model<digits>& model, const std::vector<float>& in,
         const std::vector<float>& out) {
    model.batch(in, out);
}
#endif
