// SPDX-License-Identifier: MIT
#pragma once

// A graph as the planner sees it: its plan, and its parameters as kernels read them. Needs a right
// graph. Promises the plan and the packed floats that the DSL has for the same network.

#include <laminate/base/error.hpp>
#include <laminate/base/panel.hpp>
#include <laminate/ir/plan.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen {

// Owns what a plan_view only refers to.
class planned {
public:
    ir::plan_view plan() const {
        return {nodes_, values_, tensors_, first_tensor_, steps_, in_.span(), out_.span(), cost_};
    }
    // 64-byte aligned; padding is 0.
    std::span<const float> packed() const {
        return {reinterpret_cast<const float*>(packed_.data()), packed_.size() * line_floats};
    }

    std::size_t inputs() const { return plan().inputs(); }
    std::size_t outputs() const { return plan().outputs(); }

private:
    friend result<planned> plan_graph(const graph& network, ir::fusion mode);

    struct alignas(line_floats * sizeof(float)) line {
        std::array<float, line_floats> floats = {};
    };
    std::span<float> floats() {
        return {reinterpret_cast<float*>(packed_.data()), packed_.size() * line_floats};
    }

    std::vector<ir::node> nodes_;
    std::vector<ir::value> values_;
    std::vector<ir::tensor> tensors_;
    std::vector<std::size_t> first_tensor_;
    std::vector<ir::step> steps_;
    ir::ports in_;
    ir::ports out_;
    ir::figures cost_;
    std::vector<line> packed_;
};

// Checks the graph (a mistake names the node's origin), plans it and packs its parameters, each
// rounded to float once. Without fusion every node that does something is a step of its own, and
// results have the same bits.
result<planned> plan_graph(const graph& network, ir::fusion mode = ir::fusion::on);

// "Gemm 'fc1'", or the node's own name where nothing is known of its origin.
std::string origin_of(const graph& network, std::size_t node);

} // namespace laminate::codegen
