// SPDX-License-Identifier: MIT
#pragma once

// One operation of a network as a plain value: what it is, what feeds it, its attributes.
// Needs shapes only. Promises that a network is a std::span<const node> in topological order,
// whether it was declared in C++ or read from a file.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "../base/compiler.hpp"
#include "../base/shape.hpp"
#include "kind/list.hpp"

namespace laminate::ir {

enum class op : std::uint8_t {
#define LAMINATE_KIND(name) name,
    LAMINATE_KINDS(LAMINATE_KIND)
#undef LAMINATE_KIND
};

inline constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
inline constexpr std::size_t max_inputs = 4; // operands of a node

struct node {
    op kind = op::input;
    std::array<std::size_t, max_inputs> inputs = {none, none, none, none}; // indices of nodes
    shape output = {};           // of an input: as declared; of all others: see infer.hpp
    std::size_t result = none;   // which output of the network its value is, see infer.hpp
    std::size_t like = none;     // the node before it whose parameters it reads; none: its own
    std::size_t units = 0;       // dense: outputs; slice: how many of the inputs
    std::size_t begin = 0;       // slice: from which input on
    std::size_t pieces = 1;      // of which each output takes the largest
    std::size_t declared_in = 0; // dense: the input width the user wrote, 0 if none
    bool bias = true;            // dense
    bool shared = false;         // prelu: one slope for all units
    std::size_t groups = 1;      // softmax, log_softmax: parts of the row, each a distribution
    std::size_t axis = none;     // slice, concat: which axis, from 0 on; none: the last
    shape axes = {};  // reshape, as_strided: the extents; transpose: which axis becomes each; pad:
                      // elements before
    shape after = {}; // pad: elements behind; as_strided: strides
    // conv, depthwise_conv and pools: of each axis of a map, from the outermost on. `axes` and
    // `after` are what is put before and behind. A pool without a window sees the whole map.
    shape window = {};
    shape strides = {};
    shape dilations = {};
    bool counts_padding = false; // average_pool: its divisor does
    // What a number of a layer is called follows its name here; the default where it isn't
    // mentioned.
    float alpha = 0.0f; // alpha of elu, celu, thresholded_relu, hard_sigmoid, swish;
                        // relu, leaky_relu: negative_slope; dropout: rate
    float beta = 0.0f;  // hard_sigmoid: beta; shrink: bias
    float min_value = -std::numeric_limits<float>::infinity(); // clip
    float max_value = std::numeric_limits<float>::infinity();  // relu, clip
    float threshold = 0.0f;                                    // relu; shrink: lambd

    LAMINATE_OF_ISA friend constexpr bool operator==(const node&, const node&) = default;
};

inline namespace LAMINATE_ISA {

// relu without options: max(x, 0).
constexpr bool is_plain_relu(const node& n) {
    return n.kind == op::relu && n.alpha == 0.0f && n.threshold == 0.0f &&
           n.max_value == std::numeric_limits<float>::infinity();
}

constexpr const char* name(op kind) {
#define LAMINATE_KIND(name) #name,
    constexpr const char* names[] = {LAMINATE_KINDS(LAMINATE_KIND)};
#undef LAMINATE_KIND
    return names[static_cast<std::size_t>(kind)];
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
