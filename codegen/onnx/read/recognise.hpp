// SPDX-License-Identifier: MIT
#pragma once

// Which layer a function of one number is, by what it does instead of how a file spells it. The
// function is tried on some thousand floats: a dense middle, both tails down to the smallest and up
// to the largest that matter, and whatever numbers it is made of with their neighbours, where its
// corners are. It is a layer if it differs nowhere by more than what the rounding of its constants
// to float explains.

#include <laminate/ir/node.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace laminate::codegen::onnx {

// A value, and how far off it may be because constants were rounded to float.
struct estimate {
    double value = 0.0;
    double off = 0.0;
};

struct scalar_function {
    std::function<estimate(double)> at;
    std::vector<double> numbers; // its constants
};

// outer * layer(inner * x); inner is 1 or -1.
struct scaled_layer {
    double inner = 1.0;
    ir::node layer;
    double outer = 1.0;
};

std::optional<ir::node> recognise(const scalar_function& f);

// The same where a scale or a sign around a layer is left.
std::optional<scaled_layer> recognise_scaled(const scalar_function& f);

// The slope of a prelu, if f is one.
std::optional<double> recognise_prelu(const scalar_function& f);

} // namespace laminate::codegen::onnx
