// SPDX-License-Identifier: MIT
// Softmax cross-entropy of a softmax in groups.
// expect: this loss doesn't fit the end of this network
// expect: a softmax of one group
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

namespace lam = laminate;

struct digits : lam::network<lam::input<8> | lam::dense<6> |
#ifdef GOOD
                             lam::softmax> {
#else
                             lam::softmax(lam::groups<2>)> {
#endif
};

void run(lam::model<digits>& model) {
    lam::trainer trainer(model, lam::softmax_cross_entropy{}, lam::adam{});
    trainer.set_learning_rate(0.1f);
}
