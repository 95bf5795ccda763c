// SPDX-License-Identifier: MIT
// Rows of several axes, while training.
// expect: this network has a layer that training can't go back through yet
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

namespace lam = laminate;

#ifdef GOOD
struct digits : lam::network<lam::input<8> | lam::dense<8> | lam::softmax> {};
#else
struct digits : lam::network<lam::input<2, 4> | lam::flatten | lam::dense<8> | lam::softmax> {};
#endif

void run(lam::model<digits>& model) {
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{});
    trainer.set_learning_rate(0.1f);
}
