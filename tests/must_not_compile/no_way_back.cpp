// SPDX-License-Identifier: MIT
// Training through a layer that has no way back.
// expect: this network has a layer that training can't go back through yet
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <span>

namespace lam = laminate;

#ifdef GOOD
struct blocks : lam::network<lam::input<8> | lam::dense<8> | lam::affine | lam::dense<2>> {};
#else
struct blocks : lam::network<lam::input<8> | lam::dense<8> | lam::rms_norm | lam::dense<2>> {};
#endif

bool run(lam::model<blocks>& model, std::span<const float> in, std::span<const float> targets) {
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adam{});
    return trainer.step(in, targets).finite;
}
