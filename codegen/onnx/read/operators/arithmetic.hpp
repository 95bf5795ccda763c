// SPDX-License-Identifier: MIT
#pragma once

// Sums and products of values, for all rules that are linear. Needs values of one type. Promises a
// constant of constants, an affine node for a flow with constants, one dense layer for flows that
// are linear in one and the same value, a layer that is a function of one value where that is what
// they are, else a function of two values where there is one; refuses the rest as branches.

#include "../call.hpp"

#include <functional>

namespace laminate::codegen::onnx {

struct term {
    const value* of = nullptr;
    double factor = 1.0;
};

// The sum of the terms, broadcast.
value sum(const call& c, const std::vector<term>& terms);

// The same, with a flow among the terms, as one layer of the value before a dense layer.
value joined(const call& c, const std::vector<term>& terms);

// A step of a function of one value, of values that are broadcast; of functions of different values
// functions of two.
value combined(const call& c, step does, std::vector<value> of, element type);

// x times a constant, plus another, broadcast.
value scaled_and_shifted(const call& c, const value& x, const constant& factor,
                         const constant& added);

// x times a constant, broadcast.
value scaled(const call& c, const value& x, const constant& factor);

// Element i of a result is element `element` of value `of`.
struct origin {
    std::size_t of;
    std::size_t element;
};

// A flow of elements of values, one of which flows: units of one node where they are that, a layer
// where all are linear in one and the same value, else they are put one behind the other. `like`
// has the result's shape, type and batch.
flow gathered(const call& c, const std::vector<const value*>& from,
              const std::vector<origin>& origins, flow like);

// Two flows' quotient, or their product, that is layer_norm or rms_norm of one of them.
std::optional<value> normalised(const call& c, const value& x, const value& by, bool is_inverse);

// The matrix product of any ranks, as NumPy's matmul.
value matrix_product(const call& c, const value& a, const value& b);

// Refuses a matrix that isn't finite in float, with the place in the file's own order.
void expect_finite(const call& c, std::size_t i);

// The last two axes exchanged.
value transposed(const call& c, const value& x);

// f of every element of a constant; keeps its type.
constant mapped(const call& c, const constant& x, const std::function<double(double)>& f);

// f of every pair of elements of two constants, broadcast.
constant paired(const call& c, const constant& a, const constant& b, element type,
                const std::function<double(double, double)>& f);

// Input 1 of a binary operator as it broadcasts to input 0. Before opset 7 an attribute says at
// which axis it starts.
value second(const call& c);

// Refuses values of different types; `first` is the input where they start.
void expect_one_type(const call& c, std::size_t first = 0);

// Where the batch of x is after broadcasting to `out`, if it is still one.
std::size_t batch_after_broadcast(const flow& x, const dims& out);

// x with as many elements as `out`, repeated where broadcasting repeats them.
value expanded(const call& c, const value& x, const dims& out);

} // namespace laminate::codegen::onnx
