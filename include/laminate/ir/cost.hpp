// SPDX-License-Identifier: MIT
#pragma once

// What a network costs: parameters, multiply-adds, memory. Needs inferred shapes and placement.
// Promises exact counts, fit for a static_assert.

#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "kind/table.hpp"

namespace laminate::ir {

struct figures {
    std::size_t parameters = 0;    // learned numbers
    std::size_t multiply_adds = 0; // of one row
    std::size_t weight_bytes = 0;  // parameters as packed, with padding: what one row reads
    std::size_t scratch_bytes = 0; // intermediate values of one row
    std::size_t steps = 0;         // kernel calls for one row
    LAMINATE_OF_ISA friend constexpr bool operator==(const figures&, const figures&) = default;
};

inline namespace LAMINATE_ISA {

constexpr std::size_t multiply_adds(std::span<const node> nodes, std::size_t index) {
    return of(nodes[index].kind).multiply_adds(nodes[index], operands_of(nodes, index));
}

// Learned numbers, without padding, and bytes as packed, with it.
constexpr std::size_t learned_numbers(std::span<const tensor> tensors) {
    std::size_t count = 0;
    for (const tensor& t : tensors)
        if (t.learned && !t.shared) count += t.extents.size();
    return count;
}
constexpr std::size_t parameter_bytes(std::span<const tensor> tensors) {
    std::size_t floats = 0;
    for (const tensor& t : tensors)
        floats += t.shared ? 0 : t.floats;
    return floats * sizeof(float);
}

constexpr figures cost(std::span<const node> nodes, std::span<const tensor> tensors,
                       std::size_t parameter_floats, std::size_t scratch_floats,
                       std::size_t steps) {
    figures f = {};
    f.parameters = learned_numbers(tensors);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        f.multiply_adds += multiply_adds(nodes, i);
    f.weight_bytes = parameter_floats * sizeof(float);
    f.scratch_bytes = scratch_floats * sizeof(float);
    f.steps = steps;
    return f;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
