// SPDX-License-Identifier: MIT
#pragma once

// Every kind of layer, once. From this list come the operations of ir/node.hpp, the table in
// ir/kind/table.hpp and every loop over kinds; a kind `name` is described by ir::kind::name.

#define LAMINATE_KINDS(KIND) \
    KIND(input) \
    KIND(dense) \
    KIND(linear) \
    KIND(dropout) \
    KIND(affine) \
    KIND(relu) \
    KIND(leaky_relu) \
    KIND(prelu) \
    KIND(thresholded_relu) \
    KIND(elu) \
    KIND(selu) \
    KIND(celu) \
    KIND(sigmoid) \
    KIND(hard_sigmoid) \
    KIND(tanh) \
    KIND(swish) \
    KIND(hard_swish) \
    KIND(mish) \
    KIND(gelu) \
    KIND(gelu_tanh) \
    KIND(erf) \
    KIND(softplus) \
    KIND(softsign) \
    KIND(clip) \
    KIND(shrink) \
    KIND(abs) \
    KIND(neg) \
    KIND(exp) \
    KIND(log) \
    KIND(sqrt) \
    KIND(reciprocal) \
    KIND(rsqrt) \
    KIND(square) \
    KIND(floor) \
    KIND(ceil) \
    KIND(round) \
    KIND(sign) \
    KIND(sin) \
    KIND(cos) \
    KIND(tan) \
    KIND(asin) \
    KIND(acos) \
    KIND(atan) \
    KIND(sinh) \
    KIND(cosh) \
    KIND(asinh) \
    KIND(acosh) \
    KIND(atanh) \
    KIND(softmax) \
    KIND(log_softmax) \
    KIND(maxout) \
    KIND(sum) \
    KIND(mean) \
    KIND(mean_square) \
    KIND(layer_norm) \
    KIND(rms_norm) \
    KIND(add) \
    KIND(subtract) \
    KIND(multiply) \
    KIND(divide) \
    KIND(maximum) \
    KIND(minimum) \
    KIND(less) \
    KIND(less_equal) \
    KIND(equal) \
    KIND(when) \
    KIND(unless) \
    KIND(power) \
    KIND(concat) \
    KIND(slice)
