// SPDX-License-Identifier: MIT
#pragma once

// The network while it grows: nodes are only added, each over one other, and flows refer to them.
// What becomes linear in one and the same value becomes one dense layer (or an affine one, or
// nothing but a choice of units). Needs flows of its own nodes. Promises that finish() leaves the
// chain from the input to the output and drops the rest.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../graph/graph.hpp"
#include "budget.hpp"
#include "value.hpp"

namespace laminate::codegen::onnx {

// y = weights x + bias, where x is the row of node `base`.
struct linear_form {
    std::size_t base = 0;
    std::size_t columns = 0;
    std::vector<double> weights; // [rows, columns]
    std::vector<double> bias;    // [rows]

    std::size_t rows() const { return bias.size(); }
};

// A value that no layer computes by itself, but that may become a part of one: see gate.hpp.
struct fragment {
    enum class kind { is_below, cubic };
    kind of;
    double a; // is_below: x < a; cubic: a x + b x^3
    double b = 0.0;
};

class builder {
public:
    explicit builder(budget& spent) : spent_(spent) {}

    // What new nodes are said to come from.
    void set_origin(std::string origin) { origin_ = std::move(origin); }

    flow add_input(dims shape, element type, std::size_t batch);

    // f of every element.
    flow elementwise(const flow& x, ir::node f);
    // A function with a number per element, x.slope of prelu; shared where there is only one.
    flow prelu(const flow& x, std::vector<double> slope);
    // scale * x + shift, per element.
    flow affine(const flow& x, const std::vector<double>& scale, const std::vector<double>& shift);
    // The largest of each `pieces` neighbouring elements of x; `like` is x so reduced.
    flow maxout(const flow& x, std::size_t pieces, flow like);
    // Of each of `groups` neighbouring parts of x's elements.
    flow softmax(const flow& x, ir::op kind, std::size_t groups);

    // A fragment over x, and which one a node is, if it is one. finish() refuses those that stayed.
    flow part(const flow& x, fragment what, element type);
    std::optional<fragment> part(std::size_t node) const;

    // Values as linear forms of one and the same node, the last one that all have before them, or
    // what is before that if it is a dense layer to be replaced; none if there is no such node.
    std::optional<std::vector<linear_form>> linear_in_one(std::span<const value* const> values,
                                                          bool replace_dense);
    // The flow that a linear form is; `like` has its shape, type and batch. The first is always a
    // layer of weights, the second only where nothing simpler will do.
    flow dense(linear_form form, flow like);
    flow linear(linear_form form, flow like);

    const ir::node& node(std::size_t index) const { return nodes_[index]; }
    const layer_parameters& parameters(std::size_t index) const { return parameters_[index]; }

    // The network whose output's elements are those of `out`.
    graph finish(const flow& out);

private:
    std::size_t width(std::size_t index) const { return nodes_[index].output.size(); }
    std::size_t append(ir::node n, layer_parameters p, std::size_t over, std::size_t width);
    flow over(const flow& x, std::size_t node) const;
    bool is_injective(const flow& x) const;
    bool is_only_scaled(const flow& x) const;
    flow shifted_after_scaling(const flow& x, const std::vector<double>& shift);
    flow in_order(const flow& x); // over a node whose row is x's elements
    std::vector<std::size_t> linear_chain(std::size_t index) const;
    linear_form choice(const flow& x);
    linear_form rows_of_dense(const flow& x);
    linear_form form_of(const flow& x, std::size_t base);
    linear_form through(const linear_form& outer);

    budget& spent_;
    std::string origin_ = "the input";
    std::vector<ir::node> nodes_;
    std::vector<layer_parameters> parameters_;
    std::vector<std::string> origins_;
    std::map<std::size_t, fragment> fragments_; // nodes that are inputs only in name
};

} // namespace laminate::codegen::onnx
