// SPDX-License-Identifier: MIT
#pragma once

// The truth that kernels are compared with: a network interpreted node by node in double, with a
// bound on how far a float result may be from it. Needs nodes with inferred shapes and parameters
// in double, which Laminate rounds to float: the bound counts what that changes. Promises to share
// nothing with kernels, packs or plans. The mathematics of each kind is in reference/, once.

#include <laminate/base/error.hpp>
#include <laminate/ir/node.hpp>

#include <span>
#include <vector>

#include "graph.hpp"
#include "reference/evaluate.hpp"
#include "reference/floats.hpp"
#include "reference/plain.hpp"

namespace laminate::codegen::reference {

// The function of an elementwise node at x, rounded by double alone.
inline double function_at(const ir::node& n, double x, double slope, double shift = 0.0) {
    return visit(n.kind, [&]<class Kind>(Kind) -> double {
        if constexpr (is_function<Kind>)
            return value<Kind>(unit_of(n, slope, shift), x);
        else
            raise(
                {sentence("defect in Laminate: ", ir::name(n.kind), " is no function of a unit")});
    });
}

// What node `n` makes of its input.
inline row after(const ir::node& n, const layer_parameters& p, const row& x, floats by = {}) {
    return after<floats>(by, n, p, x);
}

// The values of all nodes for one row of input, each with its bound in the worst case.
inline std::vector<row> interpret(std::span<const ir::node> nodes,
                                  std::span<const layer_parameters> parameters,
                                  std::span<const float> in, floats by = {}) {
    return evaluate(by, nodes, parameters, numbers_of<estimate>(in));
}

} // namespace laminate::codegen::reference
