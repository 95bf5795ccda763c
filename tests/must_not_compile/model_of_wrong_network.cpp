// SPDX-License-Identifier: MIT
// A model of a wrong network: still one error.
// expect: width_mismatch<laminate::layers::dense<10, 60
#include <array>
#include <laminate/layer/all.hpp>
#include <laminate/model/model.hpp>
#include <vector>

namespace lam = laminate;

struct digits : lam::network<lam::input<64> | lam::dense<10>> {};

#ifdef GOOD
struct named : lam::network<lam::input<64> | lam::dense<10, 64> | lam::softmax> {};
auto run(const lam::model<named>& model, const std::vector<float>& in, std::vector<float>& out) {
    model.batch(in, out);
    return model(std::array<float, 64>{});
}
#else
struct named : lam::network<lam::input<64> | lam::dense<10, 60> | lam::softmax> {};
auto run(const lam::model<named>& model, const std::vector<float>& in, std::vector<float>& out) {
    model.batch(in, out);
    return model(std::array<float, 64>{});
}
#endif
