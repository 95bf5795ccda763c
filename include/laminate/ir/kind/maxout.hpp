// SPDX-License-Identifier: MIT
#pragma once

// maxout: the maximum of each node::pieces neighbouring inputs.

#include "../../base/compiler.hpp"
#include "../../base/panel.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct maxout {
    static constexpr traits is = {
        .role = role::layer, .run = kernel::maxout, .rectifier = true, .in_pieces = true};

    static constexpr shape output(const node& n, operands in) {
        return with_width(in[0], n.pieces == 0 ? 0 : width(in[0]) / n.pieces);
    }

    static constexpr refusal check(const node& n, operands in) {
        if (n.pieces == 0) return {mistake_kind::zero_units, 1, 0};
        if (width(in[0]) % n.pieces != 0)
            return {mistake_kind::maxout_indivisible, n.pieces, width(in[0])};
        return {};
    }

    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr spelling spelled(const node& n) { return {"maxout", count("", n.pieces)}; }

    // E[max(x1, ..., xK)^2], by numerical integration (Tseran and Montufar, "On the expected
    // complexity of maxout networks", 2021, gives its inverse for some K). Beyond 16 pieces that of
    // 16.
    static constexpr double second_moment(const node& n) {
        constexpr std::array moments = {1.0,     1.0,     1.27566, 1.55133, 1.80002, 2.02174,
                                        2.22030, 2.39953, 2.56262, 2.71210, 2.85003, 2.97802,
                                        3.09740, 3.20924, 3.31444, 3.41374};
        return moments[(n.pieces < moments.size() ? n.pieces : moments.size()) - 1];
    }

    // How many pieces, and how far apart units are, and the pieces of one.
    static constexpr arguments arguments_of(const node& n, operands, std::size_t outputs,
                                            bool in_pieces) {
        if (!in_pieces) return {n.pieces, n.pieces, std::size_t{1}};
        return {n.pieces, std::size_t{1}, piece_stride(outputs * n.pieces, n.pieces)};
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// The largest of each `count` neighbours, which others make a layer of too.
constexpr node largest_of(std::size_t count) { return {.kind = op::maxout, .pieces = count}; }

} // namespace LAMINATE_ISA
} // namespace laminate::ir
