// SPDX-License-Identifier: MIT
#pragma once

// Every kind of layer, and every kernel, once. From the first list come the operations of
// ir/node.hpp, the table in ir/kind/table.hpp and every loop over kinds; a kind `name` is described
// by ir::kind::name.

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
    KIND(slice) \
    KIND(reshape) \
    KIND(transpose) \
    KIND(pad) \
    KIND(as_strided) \
    KIND(matmul) \
    KIND(conv) \
    KIND(depthwise_conv) \
    KIND(max_pool) \
    KIND(average_pool)

// What runs a step: kernel::name, in kernel/forward/file.hpp. KERNEL(name, file, back, facts...):
// its way back and what is true of it, see ir/kind/facts.hpp.
#define LAMINATE_KERNELS(KERNEL) \
    KERNEL(activation, activation, own, .takes_functions = true, .in_place = true) \
    KERNEL(dense, dense, own, .takes_functions = true) \
    LAMINATE_WINDOW_KERNELS(KERNEL) \
    LAMINATE_ROW_KERNELS(KERNEL)

// Those that go over the windows of a map, with weights: kernel::name<pack,
// kernel::name_shape<...>>( x, x_stride, weights, bias, y, y_stride, maps, functions), see
// ir/kind/conv.hpp.
#define LAMINATE_WINDOW_KERNELS(KERNEL) \
    KERNEL(conv, conv, own, .takes_functions = true) \
    KERNEL(depthwise, depthwise, own, .takes_functions = true)

// Those that take rows and a number or two: kernel::name<pack, outputs, row::arguments_of...>(x,
// x_stride, y, y_stride, rows), behind which stand, as far as it takes them, the rows of a second
// operand, a number of the node's, and the functions that join it. Where gradients go back by rows
// it is kernel::name_gradient<pack, outputs, row::arguments_of...>(rows, functions), in
// kernel/back, with kernel::backward_rows.
#define LAMINATE_ROW_KERNELS(KERNEL) \
    KERNEL(softmax, softmax, rows, .in_place = true) \
    KERNEL(log_softmax, log_softmax, rows, .in_place = true) \
    KERNEL(maxout, maxout, rows) \
    KERNEL(sum, reduction, rows) \
    KERNEL(mean, reduction, rows) \
    KERNEL(mean_square, reduction, rows) \
    KERNEL(layer_norm, norm, own, .takes_functions = true, .in_place = true, .takes_number = true) \
    KERNEL(rms_norm, norm, own, .takes_functions = true, .in_place = true, .takes_number = true) \
    KERNEL(move, move, own, .takes_number = true) \
    KERNEL(matmul, matmul, own, .takes_second = true, .takes_number = true) \
    KERNEL(max_pool, pool, own) \
    KERNEL(average_pool, pool, own)
