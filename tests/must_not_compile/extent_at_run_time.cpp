// SPDX-License-Identifier: MIT
// A row whose length is known only at run time.
// expect: the length of this row is known only at run time
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
auto outputs(const lam::model<digits>& model, const std::vector<float>& in) {
    return model(std::span(in).first<64>());
}
#else
auto outputs(const lam::model<digits>& model, const std::vector<float>& in) { return model(in); }
#endif
