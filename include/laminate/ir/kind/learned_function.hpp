// SPDX-License-Identifier: MIT
#pragma once

// Functions that learn numbers: affine, scale * x + shift; prelu, a leaky ReLU.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct affine : function {
    static constexpr tensor_list learned(const node&, operands in) {
        return {scale_of(in[0]), shift_of(in[0])};
    }
};

struct prelu : rectifier {
    static constexpr float start = 0.25f; // He et al., 2015

    static constexpr tensor_list learned(const node& n, operands in) {
        return {tensor{.name = "slope",
                       .file_name = "weight",
                       .extents = n.shared ? vector_shape(1) : vector_shape(width(in[0])),
                       .how = n.shared ? packing::single : packing::units}};
    }
    static constexpr spelling spelled(const node& n) {
        spelling s = {"prelu"};
        if (n.shared) s.options.push(flag("shared"));
        return s;
    }
    static constexpr double second_moment(const node&) {
        return 0.5 + 0.5 * static_cast<double>(start * start);
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
