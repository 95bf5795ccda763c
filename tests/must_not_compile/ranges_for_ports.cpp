// SPDX-License-Identifier: MIT
// Rows of one input for a network of two.
// expect: a network with several inputs, or outputs, is trained with a std::tuple
#include <laminate/layer/all.hpp>
#include <laminate/train/steps/trainer.hpp>

#include <span>
#include <tuple>

namespace lam = laminate;

struct sensors
    : lam::network<lam::concat(lam::input<8> | lam::dense<3>, lam::input<2>) | lam::dense<1>> {};

float run(lam::model<sensors>& model, std::span<const float> eight, std::span<const float> two,
          std::span<const float> targets) {
    lam::trainer trainer(model, lam::mean_squared_error{}, lam::adam{});
#ifdef GOOD
    return static_cast<float>(trainer.loss(std::tie(eight, two), targets));
#else
    return static_cast<float>(trainer.loss(eight, targets) + static_cast<double>(two[0]));
#endif
}
