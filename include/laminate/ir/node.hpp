// SPDX-License-Identifier: MIT
#pragma once

// One operation of a network as a plain value: what it is, what feeds it, its attributes.
// Needs shapes only. Promises that a network is a std::span<const node> in topological order,
// whether it was declared in C++ or read from a file.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "../base/shape.hpp"

namespace laminate::ir {

enum class op : std::uint8_t {
    input,
    dense,
    linear,
    relu,
    leaky_relu,
    prelu,
    elu,
    sigmoid,
    tanh,
    softmax,
    maxout,
    dropout,
};

constexpr const char* name(op kind) {
    constexpr const char* names[] = {"input",      "dense",   "linear", "relu",
                                     "leaky_relu", "prelu",   "elu",    "sigmoid",
                                     "tanh",       "softmax", "maxout", "dropout"};
    return names[static_cast<std::size_t>(kind)];
}

inline constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t max_inputs = 4;

struct node {
    op kind = op::input;
    std::array<std::size_t, max_inputs> inputs = {none, none, none, none}; // indices of nodes
    shape output = {};           // of an input: as declared; of all others: see infer.hpp
    std::size_t units = 0;       // dense: outputs; maxout: linear pieces per output
    std::size_t declared_in = 0; // dense: the input width the user wrote, 0 if none
    bool bias = true;            // dense
    bool shared = false;         // prelu: one slope for all units
    float alpha = 0.0f;          // relu, leaky_relu: negative slope; elu: alpha; dropout: rate
    float max_value = std::numeric_limits<float>::infinity(); // relu
    float threshold = 0.0f;                                   // relu

    friend constexpr bool operator==(const node&, const node&) = default;
};

// Every unit on its own: y[i] = f(x[i]). These fuse into whatever produces x.
constexpr bool is_elementwise(op kind) {
    switch (kind) {
    case op::linear:
    case op::relu:
    case op::leaky_relu:
    case op::prelu:
    case op::elu:
    case op::sigmoid:
    case op::tanh:
    case op::dropout:
        return true;
    default:
        return false;
    }
}

// y = x when not training.
constexpr bool is_identity(op kind) { return kind == op::linear || kind == op::dropout; }

// relu without options: max(x, 0).
constexpr bool is_plain_relu(const node& n) {
    return n.kind == op::relu && n.alpha == 0.0f && n.threshold == 0.0f &&
           n.max_value == std::numeric_limits<float>::infinity();
}

} // namespace laminate::ir
