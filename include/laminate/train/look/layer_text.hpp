// SPDX-License-Identifier: MIT
#pragma once

// Layers, and where a step diverged, in words. Needs a network. Promises phrases for people.

#include <cstddef>
#include <string>

#include "../../base/compiler.hpp"
#include "../../base/error.hpp"
#include "../../ir/describe.hpp"
#include "../../layer/network.hpp"
#include "../steps/divergence.hpp"

namespace laminate::inline LAMINATE_ISA {

// "layer 0, dense<64>", numbered as model.layer<0>() is.
template <declared Network>
[[nodiscard]] std::string layer_text(std::size_t index) {
    return sentence("layer ", index, ", ",
                    ir::text::layer(detail::plan_of<Network, ir::fusion::on>.nodes[index + 1]));
}

// "the value of layer 1, relu"
template <declared Network>
[[nodiscard]] std::string divergence_text(const divergence& d) {
    if (d.what == divergence_kind::none) return "nothing";
    if (d.what == divergence_kind::loss) return "the loss";
    return sentence(d.what == divergence_kind::parameter ? "a " : "the ", name(d.what), " of ",
                    layer_text<Network>(d.layer));
}

} // namespace laminate::inline LAMINATE_ISA
