// SPDX-License-Identifier: MIT
// Intermediate rows too large for the stack.
// expect: call batch(in, out, workspace) with memory of your own
// expect: scratch_too_large<560000>
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
struct wide : lam::network<lam::input<8> | lam::dense<50'000> | lam::dense<2>> {};
void run(const lam::model<wide>& model, const std::vector<float>& in, std::vector<float>& out) {
    model.batch(in, out);
}
#else
struct wide : lam::network<lam::input<8> | lam::dense<140'000> | lam::dense<2>> {};
void run(const lam::model<wide>& model, const std::vector<float>& in, std::vector<float>& out) {
    model.batch(in, out);
}
#endif
