// SPDX-License-Identifier: MIT
#pragma once

// A network as a model file has it, ready for the planner: nodes, and the learned numbers of each.
// Needs nothing of the file's format. Promises that nodes are in topological order from an input
// on, and that vectors of what nodes have hold one entry per node.

#include <laminate/ir/infer.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace laminate::codegen {

// A node's learned tensors, in its kind's order (ir/kind). Each lies [units, ...], row by row, or
// is one number for all units.
template <class Number>
struct learned_tensors {
    std::vector<std::vector<Number>> tensors;

    // What isn't there is empty; to be written to, it is made, which ends references to others.
    const std::vector<Number>& operator[](std::size_t k) const {
        static const std::vector<Number> none;
        return k < tensors.size() ? tensors[k] : none;
    }
    std::vector<Number>& operator[](std::size_t k) {
        if (k >= tensors.size()) tensors.resize(k + 1);
        return tensors[k];
    }

    // Of a dense layer: [outputs, inputs], and [outputs] if it has a bias.
    const std::vector<Number>& weights() const { return (*this)[0]; }
    std::vector<Number>& weights() { return (*this)[0]; }
    const std::vector<Number>& bias() const { return (*this)[1]; }
    std::vector<Number>& bias() { return (*this)[1]; }

    // Of a function of each unit or a norm: what multiplies, what is added.
    const std::vector<Number>& scale() const { return (*this)[0]; }
    std::vector<Number>& scale() { return (*this)[0]; }
    const std::vector<Number>& shift() const { return (*this)[1]; }
    std::vector<Number>& shift() { return (*this)[1]; }
};

// In double, so that several folds round once, at the end; what a file has as float stays exact.
using layer_parameters = learned_tensors<double>;

// Numbers of all tensors.
inline std::size_t count_numbers(const layer_parameters& p) {
    std::size_t count = 0;
    for (const std::vector<double>& tensor : p.tensors)
        count += tensor.size();
    return count;
}

struct graph {
    std::string name;                         // of the network, from the file; may be empty
    std::vector<ir::node> nodes;              // with inferred shapes, all of rank 1: one row
    std::vector<layer_parameters> parameters; // as users know them: no padding, no packing
    std::vector<std::string> origins;         // for messages: "Gemm 'fc1'"; of a fold: all of them
    // What files of parameters call each node, where that isn't its number; may be shorter.
    std::vector<std::string> layer_names;
    // What the file calls its inputs and outputs, in the order of ir::inputs_of and outputs_of, and
    // their shapes without the batch; shorter where nothing is known of the rest.
    std::vector<std::string> input_names;
    std::vector<std::string> output_names;
    std::vector<std::vector<std::size_t>> input_shapes;
    std::vector<std::vector<std::size_t>> output_shapes;

    // "0" of the first node behind the input, unless it has a name.
    std::string layer_name(std::size_t node) const {
        const bool named = node < layer_names.size() && !layer_names[node].empty();
        return named ? layer_names[node] : std::to_string(node - 1);
    }
    // Floats of a row, of all inputs or outputs together.
    std::size_t inputs() const { return ir::total_width(ir::inputs_of(nodes)); }
    std::size_t outputs() const { return ir::total_width(ir::outputs_of(nodes)); }
};

} // namespace laminate::codegen
