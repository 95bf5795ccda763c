// SPDX-License-Identifier: MIT
// fit() with a network of two outputs.
// expect: fit() trains networks of one input, one output and one loss
#include <laminate/layer/all.hpp>
#include <laminate/train/fit/fit.hpp>

namespace lam = laminate;

#ifdef GOOD
struct policy : lam::network<lam::input<8> | lam::dense<1>> {};
constexpr lam::mean_squared_error losses;
#else
struct policy : lam::network<lam::input<8> | lam::outputs(lam::dense<3>, lam::dense<1>)> {};
constexpr auto losses = lam::losses(lam::mean_squared_error{}, lam::mean_squared_error{});
#endif

void run(lam::model<policy>& model, const lam::dataset& data) {
    lam::trainer trainer(model, losses, lam::adam{});
    lam::fit(trainer, data);
}
