// SPDX-License-Identifier: MIT
#pragma once

// A network as a model file has it, ready for the planner: nodes, and the learned numbers of each.
// Needs nothing of the file's format. Promises that nodes are in topological order from an input
// on, and that vectors of what nodes have hold one entry per node.

#include <laminate/ir/infer.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace laminate::codegen {

// In double, so that several folds round once, at the end; what a file has as float stays exact.
struct layer_parameters {
    std::vector<double> weights; // dense: [outputs, inputs], row by row
    std::vector<double> bias;    // dense with a bias, affine (its shift): [units]
    std::vector<double> slope;   // prelu: [units], or [1] if shared; affine (its scale): [units]
};

// Those of a node, in the order of its learned tensors.
template <class Parameters>
auto tensors_of(const ir::node& n, Parameters& p) {
    using numbers = std::remove_reference_t<decltype((p.weights))>;
    std::vector<numbers*> all;
    if (n.kind == ir::op::dense) all.push_back(&p.weights);
    if (n.kind == ir::op::prelu || n.kind == ir::op::affine || n.kind == ir::op::layer_norm ||
        n.kind == ir::op::rms_norm)
        all.push_back(&p.slope);
    if (n.kind == ir::op::affine || n.kind == ir::op::layer_norm ||
        (n.kind == ir::op::dense && n.bias))
        all.push_back(&p.bias);
    return all;
}

struct graph {
    std::string name;                         // of the network, from the file; may be empty
    std::vector<ir::node> nodes;              // with inferred shapes, all of rank 1: one row
    std::vector<layer_parameters> parameters; // as users know them: no padding, no packing
    std::vector<std::string> origins;         // for messages: "Gemm 'fc1'"; of a fold: all of them
    // What the file calls its inputs and outputs, in the order of ir::inputs_of and outputs_of, and
    // their shapes without the batch; shorter where nothing is known of the rest.
    std::vector<std::string> input_names;
    std::vector<std::string> output_names;
    std::vector<std::vector<std::size_t>> input_shapes;
    std::vector<std::vector<std::size_t>> output_shapes;

    // Floats of a row, of all inputs or outputs together.
    std::size_t inputs() const { return ir::total_width(ir::inputs_of(nodes)); }
    std::size_t outputs() const { return ir::total_width(ir::outputs_of(nodes)); }
};

} // namespace laminate::codegen
