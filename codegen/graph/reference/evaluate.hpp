// SPDX-License-Identifier: MIT
#pragma once

// A network node by node, over any number type. How numbers of a type are computed with is an
// arithmetic, an object with these members:
//
//     using number = ...;
//     template <class Kind> number function(const unit<...>&, const number& x) const;
//     template <class Kind> number pair(const number& a, const number& b) const;
//     number sum(std::span<const ...> weights, bias, std::span<const number> x) const;
//     number larger(const number& a, const number& b) const;
//     std::vector<number> shares(std::span<const number> x, bool logarithm) const;  // softmax
//
// `plain` has them for double and for whatever can stand for it, `floats` for a value with a
// bound of its error, `intervals` for intervals. An arithmetic that lacks one doesn't compile.

#include <laminate/base/error.hpp>
#include <laminate/ir/infer.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "axes.hpp"
#include "binary.hpp"
#include "curves.hpp"
#include "function.hpp"
#include "gates.hpp"
#include "layers.hpp"
#include "pieces.hpp"
#include "windows.hpp"

namespace laminate::codegen::reference {

// call(kind::dense{}) for ir::op::dense: the one place that leads from operations to kinds. An
// operation without a struct in namespace `kind` doesn't compile.
template <class Call>
decltype(auto) visit(ir::op kind, const Call& call) {
    switch (kind) {
#define LAMINATE_VISIT(name) \
    case ir::op::name: \
        return call(kind::name{});
        LAMINATE_KINDS(LAMINATE_VISIT)
#undef LAMINATE_VISIT
    }
    raise({"defect in Laminate: the reference was asked for an operation that there isn't"});
}

template <class Arithmetic>
using row_of = std::vector<typename Arithmetic::number>;

// What a layer makes of each position of a row, one after the other.
template <class Kind, class Arithmetic, class Parameters, class Row>
Row at_all_positions(const Arithmetic& by, const ir::node& n, const Parameters& p, const Row& x,
                     std::size_t positions) {
    const auto width = static_cast<std::ptrdiff_t>(x.size() / positions);
    Row y;
    for (auto at = x.begin(); at != x.end(); at += width) {
        const Row part(at, at + width);
        const Row* const in[] = {&part};
        const Row done = Kind::after(by, n, p, operands<Row>(in));
        y.insert(y.end(), done.begin(), done.end());
    }
    return y;
}

// The shapes of the rows that node `n` reads.
inline std::vector<shape> shapes_read(std::span<const ir::node> nodes, const ir::node& n) {
    std::vector<shape> in;
    for (const std::size_t from : n.inputs)
        if (from != ir::none) in.push_back(nodes[from].output);
    return in;
}

// What node `n` makes of the rows that it reads, of these shapes.
template <class Arithmetic, class Parameters>
row_of<Arithmetic> after(const Arithmetic& by, const ir::node& n, const Parameters& p,
                         operands<row_of<Arithmetic>> in, std::span<const shape> shapes) {
    return visit(n.kind, [&]<class Kind>(Kind) {
        if constexpr (is_function<Kind>) {
            static_assert(states_all_of_a_function<Kind>,
                          "the reference of an elementwise kind states value, range, steepest and "
                          "passed (reference/function.hpp)");
            const row_of<Arithmetic>& x = *in[0];
            row_of<Arithmetic> y;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const std::size_t u = i % width(shapes[0]);
                y.push_back(by.template function<Kind>(
                    unit_of(n, learned(p.scale(), u), learned(p.shift(), u)), x[i]));
            }
            return y;
        } else if constexpr (is_binary<Kind>) {
            static_assert(states_all_of_a_binary<Kind>,
                          "the reference of a function of two values states value, off and range "
                          "(reference/binary.hpp)");
            const row_of<Arithmetic>& a = *in[0];
            const row_of<Arithmetic>& b = *in[1];
            const shape& all = shapes[a.size() < b.size() ? 1 : 0];
            row_of<Arithmetic> y;
            for (std::size_t i = 0; i < all.size(); ++i)
                y.push_back(by.template pair<Kind>(a[counterpart(shapes[0], all, i)],
                                                   b[counterpart(shapes[1], all, i)]));
            return y;
        } else if constexpr (sees_axes<Kind>) {
            return Kind::after(by, n, p, in, shapes);
        } else {
            return at_all_positions<Kind>(by, n, p, *in[0], positions(shapes[0]));
        }
    });
}
// Of one row of units.
template <class Arithmetic, class Parameters>
row_of<Arithmetic> after(const Arithmetic& by, const ir::node& n, const Parameters& p,
                         const row_of<Arithmetic>& x) {
    const row_of<Arithmetic>* const in[] = {&x};
    const shape units[] = {vector_shape(x.size())};
    return after(by, n, p, operands<row_of<Arithmetic>>(in), units);
}

// The rows that node `n` reads.
template <class Row>
std::vector<const Row*> rows_read(const std::vector<Row>& values, const ir::node& n) {
    std::vector<const Row*> in;
    for (const std::size_t from : n.inputs)
        if (from != ir::none) in.push_back(&values[from]);
    return in;
}

// The values of all nodes for one row of all inputs; change(i, row) may move those of node i before
// others read them.
template <class Arithmetic, class Parameters, class Change>
std::vector<row_of<Arithmetic>> evaluate(const Arithmetic& by, std::span<const ir::node> nodes,
                                         std::span<const Parameters> parameters,
                                         const row_of<Arithmetic>& in, const Change& change) {
    std::vector<row_of<Arithmetic>> values(nodes.size());
    auto next = in.begin();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].kind == ir::op::input) {
            const auto first = next;
            next += static_cast<std::ptrdiff_t>(nodes[i].output.size());
            values[i].assign(first, next);
            continue;
        }
        const auto rows = rows_read(values, nodes[i]);
        values[i] = after(by, nodes[i], parameters[i], operands<row_of<Arithmetic>>(rows),
                          shapes_read(nodes, nodes[i]));
        change(i, values[i]);
    }
    return values;
}

template <class Arithmetic, class Parameters>
std::vector<row_of<Arithmetic>> evaluate(const Arithmetic& by, std::span<const ir::node> nodes,
                                         std::span<const Parameters> parameters,
                                         const row_of<Arithmetic>& in) {
    return evaluate(by, nodes, parameters, in, [](std::size_t, const row_of<Arithmetic>&) {});
}

// Of the values of all nodes those of the network's outputs, one behind the other.
template <class Row>
Row outputs(std::span<const ir::node> nodes, const std::vector<Row>& values) {
    Row all;
    for (const ir::port& out : ir::outputs_of(nodes))
        all.insert(all.end(), values[out.node].begin(), values[out.node].end());
    return all;
}

// A row of input, whose floats are numbers of any type.
template <class Number>
std::vector<Number> numbers_of(std::span<const float> in) {
    std::vector<Number> numbers;
    for (const float f : in)
        numbers.push_back(Number{static_cast<double>(f)});
    return numbers;
}

} // namespace laminate::codegen::reference
