// SPDX-License-Identifier: MIT
#pragma once

// One step of a function of one value that a file spells out, x / (1 + |x|): what it does to the
// values before it, and how far off the result may be because constants were rounded to float.

#include "recognise.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace laminate::codegen::onnx {

// Truths are 1 and 0.
enum class step : std::uint8_t {
    add,
    subtract,
    multiply,
    divide,
    power,
    maximum,
    minimum,
    is_set, // not 0
    is_not,
    both,
    either,
    differs,
    equal,
    less,
    less_or_equal,
    choose, // the second where the first is set, else the third
};

// Another node's value, or a number.
struct operand {
    std::size_t node = ir::none;
    double number = 0.0;
};

struct formula {
    step does = step::add;
    std::vector<operand> of;
    std::size_t base = 0; // the last node that all operands are functions of
};

// The layer of two values that a step is, if it is one.
std::optional<ir::op> function_of_two(step does);

// A constant as a file has it.
estimate rounded_constant(double number);

estimate applied(step does, std::span<const estimate> of);

// What an elementwise layer makes of x.
estimate applied(const ir::node& layer, double slope, double shift, const estimate& x);

} // namespace laminate::codegen::onnx
