// SPDX-License-Identifier: MIT
// One loss for a network of two outputs.
// expect: training needs a loss for each output of the network
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

namespace lam = laminate;

struct policy
    : lam::network<lam::input<8> | lam::outputs(lam::dense<3> | lam::softmax, lam::dense<1>)> {};

void run(lam::model<policy>& model) {
#ifdef GOOD
    const auto losses =
        lam::losses(lam::softmax_cross_entropy{}, lam::weighted{lam::mean_squared_error{}, 0.5f});
#else
    const lam::softmax_cross_entropy losses;
#endif
    lam::trainer trainer(model, losses, lam::adam{});
    trainer.set_learning_rate(0.1f);
}
