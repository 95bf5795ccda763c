// SPDX-License-Identifier: MIT
#pragma once

// The rules, each in a file of this folder; list.cpp has them by the operators' names. A rule reads
// a call's inputs and attributes and sets its outputs, or refuses. Constants give constants, so
// that shape arithmetic folds by the same rules.

#include "../call.hpp"

namespace laminate::codegen::onnx::rules {

// Linear in what flows.
void add(call& c); // and Sub
void sum(call& c); // and Mean
void multiply(call& c);
void divide(call& c);
void gemm(call& c);
void matmul(call& c);
void batch_normalization(call& c);
void layer_normalization(call& c); // and RMSNormalization
void instance_normalization(call& c);
void group_normalization(call& c);
void reduce(call& c);
void arg_max(call& c); // and ArgMin
void hardmax(call& c);
void cum_sum(call& c);

// Over the windows of a map.
void conv(call& c);
void conv_transpose(call& c);
void pool(call& c); // the largest or the mean, also of whole maps
void lp_pool(call& c);
void resize(call& c); // and Upsample
void local_response(call& c);

// Elementwise.
void unary(call& c);      // no attributes
void parametric(call& c); // with attributes
void relu(call& c);
void prelu(call& c);
void clip(call& c);
void min_max(call& c);
void power(call& c);
void identity(call& c);
void dropout(call& c);
void cast(call& c);

void softmax(call& c); // and LogSoftmax
void swiglu(call& c);

// Only move elements.
void reshape(call& c);
void flatten(call& c);
void squeeze(call& c);
void unsqueeze(call& c);
void transpose(call& c);
void pad(call& c);
void depth_to_space(call& c); // and SpaceToDepth
void slice(call& c);
void gather(call& c);
void gather_elements(call& c);
void gather_nd(call& c);
void scatter(call& c); // and ScatterElements and ScatterND
void split(call& c);
void concat(call& c);
void expand(call& c);
void tile(call& c);
void trilu(call& c);

// Constants.
void constant_node(call& c);
void constant_of_shape(call& c);
void shape(call& c);
void size(call& c);
void range(call& c);
void where(call& c);
void compare(call& c);
void is_nan(call& c);
void is_inf(call& c);
void logical_not(call& c);
void modulo(call& c);

} // namespace laminate::codegen::onnx::rules
