// SPDX-License-Identifier: MIT
// Softmax cross-entropy on a single output.
// expect: this loss doesn't fit the end of this network
// expect: for one probability write dense<1> | sigmoid and binary_cross_entropy
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

namespace lam = laminate;

struct digits : lam::network<lam::input<8> | lam::dense<1>> {};

void run(lam::model<digits>& model) {
#ifdef GOOD
    lam::trainer trainer(model, lam::binary_cross_entropy{}, lam::adam{});
#else
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{});
#endif
    trainer.set_learning_rate(0.1f);
}
