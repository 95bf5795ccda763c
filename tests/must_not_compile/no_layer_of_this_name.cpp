// SPDX-License-Identifier: MIT
// A name that no layer has.
// expect: names no layer of this network
// expect: no_layer_of_this_name<
#include <laminate/laminate.hpp>

namespace lam = laminate;

struct policy : lam::network<lam::input<8> | lam::name<"actor">(lam::dense<8> | lam::relu)> {};

float bias(const lam::model<policy>& model) {
#ifdef GOOD
    return model.layer<"actor.0">().bias[1];
#else
    return model.layer<"actor">().bias[1];
#endif
}
