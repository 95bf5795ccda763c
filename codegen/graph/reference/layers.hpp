// SPDX-License-Identifier: MIT
#pragma once

// What the reference says of kinds that see whole rows: a struct each, whose `after` is written in
// the words of an arithmetic (evaluate.hpp). `in` are the rows that they read. A layer that learns
// nothing also has `typical`, if the optimiser's passes are to know it: where its results usually
// lie (typical.hpp), which follows from no formula.

#include <laminate/base/error.hpp>
#include <laminate/ir/digits.hpp>
#include <laminate/ir/node.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "binary.hpp"
#include "curves.hpp"
#include "pieces.hpp"

namespace laminate::codegen::reference {

template <class Row>
using operands = std::span<const Row* const>;

// A learned number of a unit, where one may be shared by all, or 0 for all.
template <class X>
X learned(const std::vector<X>& numbers, std::size_t unit) {
    return numbers.empty() ? X(0.0) : numbers[numbers.size() == 1 ? 0 : unit];
}

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
            y.push_back(by.sum(std::span(p.weights()).subspan(o * x.size(), x.size()),
                               n.bias ? p.bias()[o] : 0.0, x));
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

    static std::vector<ir::typical> typical(const ir::node& n, std::span<const ir::typical> x) {
        const double share = static_cast<double>(n.groups) / static_cast<double>(x.size());
        if (Logarithm) return {x.size(), ir::typical{std::log(share), 1.0}};
        return {x.size(), ir::typical{share, share * share}};
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

    static std::vector<ir::typical> typical(const ir::node& n, std::span<const ir::typical> x) {
        const auto less = [](const ir::typical& a, const ir::typical& b) {
            return a.mean < b.mean;
        };
        std::vector<ir::typical> y;
        for (; !x.empty(); x = x.subspan(n.pieces)) {
            const auto pieces = x.first(n.pieces);
            y.push_back(*std::max_element(pieces.begin(), pieces.end(), less));
        }
        return y;
    }
};

// Of all units `weight` times each, or times its square.
template <bool Mean, bool Squares>
struct reduction {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p,
                     operands<Row> in) {
        Row x = *in[0];
        if constexpr (Squares)
            for (auto& each : x)
                each = by.template function<square>(
                    unit_of(n, learned(p.scale(), 0), learned(p.shift(), 0)), each);
        const double weight = Mean ? 1.0 / static_cast<double>(x.size()) : 1.0;
        const std::remove_cvref_t<decltype(p.weights())> weights(x.size(), weight);
        return {by.sum(weights, 0.0, x)};
    }
};
struct sum : reduction<false, false> {};
struct mean : reduction<true, false> {};
struct mean_square : reduction<true, true> {};

// In the words of smaller kinds, so that bounds and intervals follow.
template <bool Centred>
struct norm {
    template <class Arithmetic, class Parameters, class Row>
    static Row after(const Arithmetic& by, const ir::node& n, const Parameters& p,
                     operands<Row> in) {
        const std::size_t part = in[0]->size() / n.groups;
        const std::remove_cvref_t<decltype(p.scale())> weights(part,
                                                               1.0 / static_cast<double>(part));
        const auto mean = [&](const Row& x) { return by.sum(weights, 0.0, x); };
        const auto plain =
            unit_of(n, learned(decltype(weights){}, 0), learned(decltype(weights){}, 0));
        Row y;
        for (std::size_t first = 0; first < in[0]->size(); first += part) {
            const auto begin = in[0]->begin() + static_cast<std::ptrdiff_t>(first);
            Row x(begin, begin + static_cast<std::ptrdiff_t>(part));
            if constexpr (Centred) {
                const auto middle = mean(x);
                for (auto& each : x)
                    each = by.template pair<subtract>(each, middle);
            }
            Row squares;
            squares.reserve(part);
            for (const auto& each : x)
                squares.push_back(by.template function<square>(plain, each));
            const auto scale = by.template function<rsqrt>(plain, mean(squares));
            for (std::size_t i = 0; i < part; ++i)
                y.push_back(by.template function<affine>(
                    unit_of(n, learned(p.scale(), first + i), learned(p.shift(), first + i)),
                    by.template pair<multiply>(x[i], scale)));
        }
        return y;
    }
};
struct layer_norm : norm<true> {};
struct rms_norm : norm<false> {};

} // namespace kind

template <class Kind>
concept says_what_is_typical = requires(const ir::node& n, std::span<const ir::typical> x) {
    Kind::typical(n, x);
};

} // namespace laminate::codegen::reference
