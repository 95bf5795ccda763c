// SPDX-License-Identifier: MIT
#pragma once

// The elementwise operations and the functors of kernel/forward that stand for them: one list, from
// which the DSL makes calls and the generator their text. Needs nodes. Promises that an operation
// with a line here is emitted, and that there is no second list.

// FUNCTION(operation, when, file, functor, arguments...): node n, of that operation, is (or, of a
// kind that has a kernel, ends in)
// kernel::functor{arguments...} of kernel/forward/<file>.hpp, if `when` holds of it. The first line
// that fits counts. learned(k) is its learned tensor number k.
#define LAMINATE_FUNCTIONS(FUNCTION) \
    FUNCTION(relu, is_plain_relu(n), relu, relu) \
    FUNCTION(relu, true, relu, relu_with, n.max_value, n.alpha, n.threshold) \
    FUNCTION(leaky_relu, true, relu, leaky_relu, n.alpha) \
    FUNCTION(prelu, n.shared, relu, prelu_shared, learned(0)) \
    FUNCTION(prelu, true, relu, prelu, learned(0)) \
    FUNCTION(affine, true, affine, affine, learned(0), learned(1)) \
    FUNCTION(layer_norm, true, affine, affine, learned(0), learned(1)) \
    FUNCTION(rms_norm, true, affine, scaled, learned(0)) \
    FUNCTION(elu, true, elu, elu, n.alpha) \
    FUNCTION(selu, true, elu, selu) \
    FUNCTION(celu, true, elu, celu, n.alpha) \
    FUNCTION(sigmoid, true, sigmoid, sigmoid) \
    FUNCTION(tanh, true, tanh, tanh) \
    FUNCTION(thresholded_relu, true, piecewise, thresholded_relu, n.alpha) \
    FUNCTION(hard_sigmoid, true, piecewise, hard_sigmoid, n.alpha, n.beta) \
    FUNCTION(hard_swish, true, piecewise, hard_swish) \
    FUNCTION(clip, true, piecewise, clip, n.min_value, n.max_value) \
    FUNCTION(shrink, true, piecewise, shrink, n.threshold, n.beta) \
    FUNCTION(swish, n.alpha == 1.0f, swish, silu) \
    FUNCTION(swish, true, swish, swish, n.alpha) \
    FUNCTION(mish, true, swish, mish) \
    FUNCTION(gelu, true, gelu, gelu) \
    FUNCTION(gelu_tanh, true, gelu, gelu_tanh) \
    FUNCTION(erf, true, erf, erf) \
    FUNCTION(softplus, true, softplus, softplus) \
    FUNCTION(exp, true, exp, exp) \
    FUNCTION(log, true, log, log) \
    FUNCTION(softsign, true, arithmetic, softsign) \
    FUNCTION(abs, true, arithmetic, abs) \
    FUNCTION(neg, true, arithmetic, neg) \
    FUNCTION(sqrt, true, arithmetic, sqrt) \
    FUNCTION(reciprocal, true, arithmetic, reciprocal) \
    FUNCTION(rsqrt, true, arithmetic, rsqrt, n.alpha) \
    FUNCTION(floor, true, rounding, floor) \
    FUNCTION(ceil, true, rounding, ceil) \
    FUNCTION(round, true, rounding, round) \
    FUNCTION(sign, true, rounding, sign) \
    FUNCTION(sin, true, trigonometric, sin) \
    FUNCTION(cos, true, trigonometric, cos) \
    FUNCTION(tan, true, trigonometric, tan) \
    FUNCTION(asin, true, arcs, asin) \
    FUNCTION(acos, true, arcs, acos) \
    FUNCTION(atan, true, arcs, atan) \
    FUNCTION(sinh, true, hyperbolic, sinh) \
    FUNCTION(cosh, true, hyperbolic, cosh) \
    FUNCTION(asinh, true, areas, asinh) \
    FUNCTION(acosh, true, areas, acosh) \
    FUNCTION(atanh, true, areas, atanh) \
    FUNCTION(square, true, arithmetic, square)

// BINARY(operation, functor, file): of two values, kernel::with_row<kernel::functor, ...> of
// kernel/forward/binary.hpp; the functor is in kernel/forward/<file>.hpp.
#define LAMINATE_BINARY_FUNCTIONS(BINARY) \
    BINARY(add, plus, binary) \
    BINARY(subtract, minus, binary) \
    BINARY(multiply, product, binary) \
    BINARY(divide, quotient, binary) \
    BINARY(maximum, larger, binary) \
    BINARY(minimum, smaller, binary) \
    BINARY(less, is_less, binary) \
    BINARY(less_equal, is_less_equal, binary) \
    BINARY(equal, is_equal, binary) \
    BINARY(when, kept_when, binary) \
    BINARY(unless, kept_unless, binary) \
    BINARY(power, raised, power)
