// SPDX-License-Identifier: MIT
#pragma once

// A graph as the planner sees it: its plan, and its parameters as kernels read them. Needs a right
// graph. Promises the plan and the packed floats that the DSL has for the same network.

#include <laminate/base/error.hpp>
#include <laminate/ir/plan.hpp>

#include <span>
#include <vector>

#include "graph.hpp"

namespace laminate::codegen {

class planned {
public:
    ir::plan_view plan() const;
    std::span<const float> packed() const; // 64-byte aligned, padding 0

private:
    // owned arrays; see planned.cpp
};

// Checks the graph (a mistake names the node's origin), plans it and packs its parameters, each
// rounded to float once.
result<planned> plan_graph(const graph& network);

} // namespace laminate::codegen
