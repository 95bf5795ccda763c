// SPDX-License-Identifier: MIT
#pragma once

// dense: y = W x + b, W [units, inputs].

#include "../../base/cache.hpp"
#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct dense {
    static constexpr traits is = {.role = role::layer, .run = kernel::dense};

    // What its kernel is instantiated on, see kernel/forward/dense_shape.hpp.
    struct numbers {
        std::size_t inputs = 0;  // floats of a row read
        std::size_t outputs = 0; // floats of a row written
        std::size_t panels = 1;
        std::size_t chains = 1;
        bool exact = false;       // nothing may be written behind the outputs
        bool skips_zeros = false; // weights of zero inputs need not be read
        unsigned far = 0;         // behind how many L2 caches weights lie
    };

    // Of weights that have so many bytes, all layers' together.
    static constexpr unsigned far(std::size_t weight_bytes) {
        return (weight_bytes > small_l2_bytes ? 1U : 0U) + (weight_bytes > l2_bytes ? 1U : 0U);
    }

    static constexpr shape output(const node& n, operands in) { return with_width(in[0], n.units); }

    static constexpr refusal check(const node& n, operands in) {
        const std::size_t inputs = width(in[0]);
        if (n.units == 0) return {mistake_kind::zero_units, 1, 0};
        if (n.declared_in != 0 && n.declared_in != inputs)
            return {mistake_kind::width_mismatch, n.declared_in, inputs};
        if (n.units > max_weights / inputs) return {mistake_kind::too_large, max_weights, n.units};
        return {};
    }

    // A layer without a bias has one of zeros.
    static constexpr tensor_list learned(const node& n, operands in) {
        return {tensor{.name = "weights",
                       .file_name = "weight",
                       .extents = {2, {n.units, width(in[0])}},
                       .how = packing::panels,
                       .decays = true},
                tensor{.name = "bias",
                       .file_name = "bias",
                       .extents = vector_shape(n.units),
                       .factor = false,
                       .learned = n.bias}};
    }

    static constexpr std::size_t multiply_adds(const node& n, operands in) {
        return in[0].size() * n.units;
    }

    static constexpr spelling spelled(const node& n) {
        spelling s = {"dense", count("", n.units)};
        if (!n.bias) s.options.push(flag("no_bias"));
        return s;
    }

    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
