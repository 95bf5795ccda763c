// SPDX-License-Identifier: MIT
// The same, for a single row.
// expect: call batch(in, out, workspace) with memory of your own
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
struct wide : lam::network<lam::input<64> | lam::dense<50'000> | lam::dense<2>> {};
auto run(const lam::model<wide>& model) { return model(std::array<float, 64>{}); }
#else
struct wide : lam::network<lam::input<64> | lam::dense<140'000> | lam::dense<2>> {};
auto run(const lam::model<wide>& model) { return model(std::array<float, 64>{}); }
#endif
