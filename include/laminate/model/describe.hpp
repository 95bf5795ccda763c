// SPDX-License-Identifier: MIT
#pragma once

// describe(network) and draw(network): what the planner made of a declaration, as text. Needs a
// right network. Promises what ir/describe.hpp does.

#include <string>

#include "../base/compiler.hpp"
#include "../ir/describe.hpp"
#include "../layer/network.hpp"

namespace laminate::inline LAMINATE_ISA {

// A table of layers, fused steps and costs.
template <declared Network>
std::string describe(Network) {
    return ir::describe(detail::plan_of<Network, ir::fusion::on>.view());
}

// The same as a drawing: `dot -Tsvg` makes a picture of it.
template <declared Network>
std::string draw(Network) {
    return ir::draw(detail::plan_of<Network, ir::fusion::on>.view());
}

} // namespace laminate::inline LAMINATE_ISA
