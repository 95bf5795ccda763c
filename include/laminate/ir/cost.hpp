// SPDX-License-Identifier: MIT
#pragma once

// What a network costs: parameters, multiply-adds, memory. Needs inferred shapes and placement.
// Promises exact counts, fit for a static_assert.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "flow.hpp"
#include "infer.hpp"
#include "step.hpp"

namespace laminate::ir {

struct figures {
    std::size_t parameters = 0;    // learned numbers
    std::size_t multiply_adds = 0; // of one row, in dense layers
    std::size_t weight_bytes = 0;  // parameters as packed, with padding: what one row reads
    std::size_t scratch_bytes = 0; // intermediate values of one row
    std::size_t steps = 0;         // kernel calls for one row
    LAMINATE_OF_ISA friend constexpr bool operator==(const figures&, const figures&) = default;
};

inline namespace LAMINATE_ISA {

constexpr std::size_t multiply_adds(std::span<const node> nodes, std::size_t index) {
    return nodes[index].kind == op::dense
               ? width(arriving(nodes, index)) * nodes[index].output.size()
               : 0;
}

// The packed parameters of a node, with padding.
constexpr std::size_t parameter_bytes(std::span<const node> nodes, std::span<const flow> flows,
                                      std::size_t index) {
    const node& n = nodes[index];
    if (n.kind == op::dense)
        return (weight_floats(width(arriving(nodes, index)), computed(n, flows[index])) +
                flows[index].floats) *
               sizeof(float);
    if (n.kind == op::prelu) return (n.shared ? line_floats : flows[index].floats) * sizeof(float);
    if (n.kind == op::affine) return 2 * flows[index].floats * sizeof(float);
    return 0;
}

constexpr figures cost(std::span<const node> nodes, std::span<const parameters> placed,
                       std::size_t parameter_floats, std::size_t scratch_floats,
                       std::size_t steps) {
    figures f = {};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        f.parameters += placed[i].count;
        f.multiply_adds += multiply_adds(nodes, i);
    }
    f.weight_bytes = parameter_floats * sizeof(float);
    f.scratch_bytes = scratch_floats * sizeof(float);
    f.steps = steps;
    return f;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
