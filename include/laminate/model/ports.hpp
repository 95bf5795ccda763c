// SPDX-License-Identifier: MIT
#pragma once

// The rows that a caller passes to a network of several inputs or outputs: one of each input, then
// of each output. Needs a plan. Promises one readable error for rows that don't fit.

#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/stop.hpp"
#include "rows.hpp"
#include "run.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// Every input and output is one of these, in this order.
template <class Plan>
struct ports {
    static constexpr std::size_t inputs = Plan::value.in.size();
    static constexpr std::size_t outputs = Plan::value.out.size();
    static constexpr std::size_t count = inputs + outputs;

    template <std::size_t K>
    static constexpr std::size_t units =
        K < inputs ? Plan::value.in[K < inputs ? K : 0].units
                   : Plan::value.out[K < inputs ? 0 : K - inputs].units;
    template <std::size_t K>
    using number = std::conditional_t<(K < inputs), const float, float>;

    // A row of each output.
    template <std::size_t... K>
    static auto results(std::index_sequence<K...>)
        -> std::tuple<std::array<float, units<inputs + K>>...>;
    using row_out = std::conditional_t<outputs == 1, std::array<float, units<inputs>>,
                                       decltype(results(std::make_index_sequence<outputs>{}))>;
};

// What a call with so many rows returns. (Not a deduced type: GCC would compile the call of a wrong
// network, for a second error.)
template <class Ports, std::size_t Given>
struct call_result {
    using type = std::conditional_t<Given == Ports::count, void, typename Ports::row_out>;
};

// Where the row of port K begins that the caller passes as a `Row`, or the one error of a row that
// isn't.
template <class Plan, std::size_t K, class Row>
constexpr auto* row_pointer(Row&& row) {
    using number = typename ports<Plan>::template number<K>;
    constexpr std::size_t units = ports<Plan>::template units<K>;
    if constexpr (is_row<units, number, Row>) {
        return std::span<number, units>(row).data();
    } else {
        check_row<units, number, Row>();
        return static_cast<number*>(nullptr);
    }
}

// Where those of all begin.
template <class Plan, class Given, std::size_t... I, std::size_t... O>
constexpr callers_rows<Plan> row_pointers(const Given& given, std::index_sequence<I...>,
                                          std::index_sequence<O...>) {
    constexpr std::size_t inputs = sizeof...(I);
    return {{row_pointer<Plan, I>(std::get<I>(given))...},
            {row_pointer<Plan, inputs + O>(std::get<inputs + O>(given))...}};
}

// Spans of all ports, of which each is whole rows: of the same number of rows, and results apart
// from all else.
template <class Plan>
struct port_spans {
    std::array<std::span<const float>, ports<Plan>::inputs> in;
    std::array<std::span<float>, ports<Plan>::outputs> out;

    constexpr std::size_t rows() const { return in[0].size() / Plan::value.in[0].units; }

    constexpr callers_rows<Plan> callers() const {
        callers_rows<Plan> all = {};
        for (std::size_t k = 0; k < in.size(); ++k)
            all.in[k] = in[k].data();
        for (std::size_t k = 0; k < out.size(); ++k)
            all.out[k] = out[k].data();
        return all;
    }

    constexpr std::size_t shared_with(std::span<const float> other) const {
        std::size_t common = 0;
        for (const auto& x : in)
            common += shared_floats(x, other);
        for (const auto& y : out)
            common += shared_floats(y, other);
        return common;
    }

    // Stops with a message unless they fit.
    constexpr void check() const {
        if (in[0].size() % Plan::value.in[0].units != 0)
            stop("batch() needs whole rows in, in floats", (rows() + 1) * Plan::value.in[0].units,
                 in[0].size());
        for (std::size_t k = 1; k < in.size(); ++k)
            if (in[k].size() != rows() * Plan::value.in[k].units)
                stop("batch() needs as many rows of each input, in floats",
                     rows() * Plan::value.in[k].units, in[k].size());
        for (std::size_t k = 0; k < out.size(); ++k) {
            if (out[k].size() != rows() * Plan::value.out[k].units)
                stop("batch() needs a row out for each row in, in floats",
                     rows() * Plan::value.out[k].units, out[k].size());
            std::size_t common = 0;
            for (const auto& x : in)
                common += shared_floats(x, out[k]);
            if (common > 0)
                stop("batch() needs rows out that share no memory with the rows in, in floats", 0,
                     common);
            for (std::size_t other = 0; other < k; ++other)
                common += shared_floats(out[other], out[k]);
            if (common > 0)
                stop("batch() needs rows out that share no memory with other rows out, in floats",
                     0, common);
        }
    }
};

// The spans of what batch() was given: contiguous floats or rows for each port.
template <class Plan, class Given, std::size_t... I, std::size_t... O>
constexpr port_spans<Plan> spans_of(const Given& given, std::index_sequence<I...>,
                                    std::index_sequence<O...>) {
    constexpr std::size_t inputs = sizeof...(I);
    return {{flat<const float, ports<Plan>::template units<I>>(std::get<I>(given))...},
            {flat<float, ports<Plan>::template units<inputs + O>>(std::get<inputs + O>(given))...}};
}

} // namespace laminate::inline LAMINATE_ISA::detail
