// SPDX-License-Identifier: MIT
// An output of several positions, while training.
// expect: an output of several positions, behind which flatten is missing
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

namespace lam = laminate;

#ifdef GOOD
struct digits : lam::network<lam::input<8> | lam::dense<8> | lam::softmax> {};
#else
struct digits : lam::network<lam::input<2, 4> | lam::dense<8> | lam::softmax> {};
#endif

void run(lam::model<digits>& model) {
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{});
    trainer.set_learning_rate(0.1f);
}
