// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of kinds that see whole rows: a struct each, whose `after` is written in
// the words of an arithmetic (evaluate.hpp). `in` are the rows that they read.

#include <laminate/base/error.hpp>
#include <laminate/ir/node.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace laminate::codegen::reference {

template <class Row>
using operands = std::span<const Row* const>;

namespace kind {

struct input {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node&, const Parameters&, operands<Row>) {
        raise({"defect in Laminate: the reference was asked what an input makes of its input"});
    }
};

struct dense {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p,
                     operands<Row> in) {
        const Row& x = *in[0];
        Row y;
        y.reserve(n.units);
        for (std::size_t o = 0; o < n.units; ++o)
            y.push_back(by.sum(std::span(p.weights).subspan(o * x.size(), x.size()),
                               n.bias ? p.bias[o] : 0.0, x));
        return y;
    }
};

// Each part of the row by itself.
template <bool Logarithm>
struct distribution {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters&, operands<Row> in) {
        const Row& x = *in[0];
        const std::size_t part = x.size() / n.groups;
        Row y;
        for (std::size_t from = 0; from < x.size(); from += part) {
            const Row shares = by.shares(std::span(x).subspan(from, part), Logarithm);
            y.insert(y.end(), shares.begin(), shares.end());
        }
        return y;
    }
};
struct softmax : distribution<false> {};
struct log_softmax : distribution<true> {};

struct maxout {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters&, operands<Row> in) {
        const Row& x = *in[0];
        Row y;
        for (std::size_t first = 0; first < x.size(); first += n.pieces) {
            y.push_back(x[first]);
            for (std::size_t piece = 1; piece < n.pieces; ++piece)
                y.back() = by.larger(y.back(), x[first + piece]);
        }
        return y;
    }
};

struct concat {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node&, const Parameters&, operands<Row> in) {
        Row y;
        for (const Row* const part : in)
            y.insert(y.end(), part->begin(), part->end());
        return y;
    }
};

struct slice {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic&, const ir::node& n, const Parameters&, operands<Row> in) {
        const auto first = in[0]->begin() + static_cast<std::ptrdiff_t>(n.begin);
        return {first, first + static_cast<std::ptrdiff_t>(n.units)};
    }
};

} // namespace kind
} // namespace laminate::codegen::reference
