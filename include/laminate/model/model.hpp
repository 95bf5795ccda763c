// SPDX-License-Identifier: MIT
#pragma once

// A network with its parameters: call it on a row, or on many. Needs xsimd for run time; constant
// expressions use the scalar pack. Promises that calls on a const model are noexcept, allocate
// nothing, may run on any number of threads at once, and give the same bits whichever way a row is
// computed.

#include <algorithm>
#include <array>
#include <boost/hana/tuple.hpp>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/stop.hpp"
#include "../layer/network.hpp"
#include "../pack/scalar.hpp"
#include "../pack/xsimd.hpp"
#include "ports.hpp"
#include "rows.hpp"
#include "run.hpp"
#include "storage.hpp"
#include "views.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

template <class Network, literal Name, bool Found>
struct no_layer_of_this_name {
    static_assert(
        Found, "Laminate: layer<\"...\">() names no layer of this network (the network and the "
               "characters of the name follow the words no_layer_of_this_name); write a name of "
               "name<\"...\"> in full, such as layer<\"backbone.fc1\">(), with the number behind "
               "it of one of several layers, such as layer<\"actor.0\">(), or one of as<\"...\">");
};

using ir::max_stack_bytes;

template <std::size_t Bytes>
struct scratch_too_large {
    static_assert(
        Bytes <= max_stack_bytes,
        "Laminate: the intermediate rows of this network take more than 512 KiB (how much "
        "follows the name scratch_too_large), too much for the stack; call "
        "batch(in, out, workspace) with memory of your own");
};

template <std::size_t Inputs, std::size_t Outputs, std::size_t Found, bool Batch = false>
struct wrong_number_of_rows {
    static_assert(Found == Inputs + Outputs || (!Batch && Found == Inputs),
                  "Laminate: this network is called with a row of each input and then of each "
                  "output, or of each input alone, batch() with rows of each input and of each "
                  "output (how many of both there are and how many are given follow the name "
                  "wrong_number_of_rows)");
};

// The bits are the same whichever pack runs.
template <class Plan>
constexpr void run_batch(const float* parameters, const callers_rows<Plan> callers, float* scratch,
                         std::size_t rows, std::size_t tile) {
    if (std::is_constant_evaluated())
        run_rows<pack::scalar, Plan>(parameters, callers, scratch, rows, tile);
    else
        run_rows<pack::xsimd, Plan>(parameters, callers, scratch, rows, tile);
}

} // namespace detail

// The class behind basic_model: `Declared` is void(Network).
template <class Declared, template <std::size_t> class Storage>
class model_of;

// A model of a network, with its parameters in Storage. decltype of a constexpr network is const,
// but there is one type of models of it: the type of a function forgets that its parameter is
// const.
template <declared Network, template <std::size_t> class Storage>
using basic_model = model_of<void(Network), Storage>;

template <declared Network, template <std::size_t> class Storage>
class model_of<void(Network), Storage> {
    using plan_type = detail::static_plan<Network, ir::fusion::on>;
    using ports = detail::ports<plan_type>;
    static constexpr const auto& plan_ = plan_type::value;

public:
    using network = Network;
    // Floats of a row, of all inputs or outputs together.
    static constexpr std::size_t inputs = plan_.inputs();
    static constexpr std::size_t outputs = plan_.outputs();
    using row_in = std::array<float, inputs>;
    using row_out = typename ports::row_out; // of several outputs a tuple of arrays

    model_of() = default;
    constexpr explicit model_of(Network) : model_of() {}

    // One row: for each input an array or a span of its floats, in any place, and then, unless they
    // are to be returned, for each output: y = model(x), model(x, y); [a, b] = model(x, z). What is
    // written must not overlap what is read; nobody looks.
    template <class... Rows>
    constexpr typename detail::call_result<ports, sizeof...(Rows)>::type
    operator()(Rows&&... rows) const noexcept {
        constexpr std::size_t given = sizeof...(Rows);
        (void)sizeof(detail::wrong_number_of_rows<ports::inputs, ports::outputs, given>);
        if constexpr (given == ports::count) {
            run_row(detail::row_pointers<plan_type>(std::forward_as_tuple(rows...), each_input,
                                                    each_output));
        } else if constexpr (given == ports::inputs) {
            row_out out = {};
            if constexpr (ports::outputs == 1)
                (*this)(rows..., out);
            else
                std::apply([&](auto&... y) { (*this)(rows..., y...); }, out);
            return out;
        } else {
            return row_out{};
        }
    }
    constexpr row_out operator()(const row_in& in) const noexcept {
        return this->operator()<const row_in&>(in);
    }

    // Any number of rows, 0 too, one behind the other: contiguous floats, or contiguous arrays of
    // floats, for each input and then for each output. Stops with a message unless all are as many
    // whole rows, and those out apart from all others. A span of floats behind them is the caller's
    // memory for intermediate values: workspace_floats of it, or a multiple (up to 96 times as much
    // is of use) to compute as many rows at once.
    template <class... Given>
    constexpr void batch(Given&&... given) const noexcept {
        constexpr std::size_t count = sizeof...(Given);
        if constexpr (count == ports::count + 1) {
            const auto all = std::forward_as_tuple(given...);
            run_in(spans(all), std::get<ports::count>(all));
        } else {
            (void)sizeof(detail::wrong_number_of_rows<ports::inputs, ports::outputs, count, true>);
            constexpr std::size_t tile = detail::tile_rows(plan_);
            (void)sizeof(detail::scratch_too_large<plan_.scratch_bytes>);
            alignas(alignment) float scratch[tile * plan_.scratch_bytes / sizeof(float) + 1];
            if constexpr (count == ports::count)
                run(spans(std::forward_as_tuple(given...)), scratch, tile);
        }
    }
    static constexpr std::size_t workspace_floats = plan_.scratch_bytes / sizeof(float);

    // Weights must be finite: a layer that skips zeros (describe() tells which do) never reads
    // those of a zero input, so an infinite or NaN weight would reach some results and not others.
    // So must slopes and scales; a bias may be infinite, but not NaN.
    //
    // The parameters of layer Index, counted after the input as in PyTorch's nn.Sequential: a
    // struct of views named weights, bias, slope, scale, shift as the layer has them.
    template <std::size_t Index>
    constexpr auto layer() {
        return detail::views_of<plan_type, Index + 1>(storage_.data());
    }
    template <std::size_t Index>
    constexpr auto layer() const {
        return detail::views_of<plan_type, Index + 1>(storage_.data());
    }

    // Those of the layer that name<"name"> names, in full as files have it, or whose value
    // as<"name"> does.
    template <detail::literal Name>
    constexpr auto layer() {
        return called<Name>(*this);
    }
    template <detail::literal Name>
    constexpr auto layer() const {
        return called<Name>(*this);
    }

    // All of them, as a Hana tuple.
    constexpr auto layers() { return layers_of(*this); }
    constexpr auto layers() const { return layers_of(*this); }

    // The parameters as packed: what kernels and generated sources read.
    constexpr std::span<float> packed() {
        return {storage_.data(), Storage<packed_floats>::size()};
    }
    constexpr std::span<const float> packed() const {
        return {storage_.data(), Storage<packed_floats>::size()};
    }

    friend constexpr bool operator==(const model_of&, const model_of&) = default;

private:
    static constexpr std::size_t packed_floats = plan_.weight_bytes / sizeof(float);

    template <detail::literal Name, class Model>
    static constexpr auto called(Model& model) {
        constexpr std::size_t node = detail::node_called<Network>(Name.view());
        (void)sizeof(detail::no_layer_of_this_name<Network, Name, node != ir::none>);
        if constexpr (node != ir::none)
            return detail::views_of<plan_type, node>(model.storage_.data());
        else
            return any_parameters{};
    }

    template <class Model>
    static constexpr auto layers_of(Model& model) {
        return [&model]<std::size_t... I>(std::index_sequence<I...>) {
            return boost::hana::make_tuple(model.template layer<I>()...);
        }
        (std::make_index_sequence<plan_.nodes.size() - 1>{});
    }

    static constexpr std::make_index_sequence<ports::inputs> each_input = {};
    static constexpr std::make_index_sequence<ports::outputs> each_output = {};

    template <class Given>
    static constexpr detail::port_spans<plan_type> spans(const Given& given) {
        return detail::spans_of<plan_type>(given, each_input, each_output);
    }

    constexpr void run_row(const detail::callers_rows<plan_type> rows) const noexcept {
        constexpr std::size_t bytes = plan_.scratch_bytes;
        (void)sizeof(detail::scratch_too_large<bytes>);
        alignas(alignment) float scratch[bytes / sizeof(float) + 1];
        if (std::is_constant_evaluated())
            detail::run_tile<pack::scalar, plan_type, 1>(storage_.data(), rows, scratch, 1);
        else
            detail::run_tile<pack::xsimd, plan_type, 1>(storage_.data(), rows, scratch, 1);
    }

    constexpr void run_in(const detail::port_spans<plan_type>& rows,
                          std::span<float> workspace) const noexcept {
        if (workspace.size() < workspace_floats)
            detail::stop("batch() needs a larger workspace, in floats", workspace_floats,
                         workspace.size());
        if (const std::size_t common = rows.shared_with(workspace))
            detail::stop("batch() needs a workspace that shares no memory with rows, in floats", 0,
                         common);
        const std::size_t tile = workspace.size() / std::max<std::size_t>(workspace_floats, 1);
        run(rows, workspace.data(), std::clamp<std::size_t>(tile, 1, detail::max_tile_rows));
    }

    constexpr void run(const detail::port_spans<plan_type>& rows, float* scratch,
                       std::size_t tile) const noexcept {
        rows.check();
        detail::run_batch<plan_type>(storage_.data(), rows.callers(), scratch, rows.rows(), tile);
    }

    Storage<packed_floats> storage_;
};

// decltype of a reference to a network: a model of that network, too.
template <declared Network, template <std::size_t> class Storage>
    requires std::is_reference_v<Network>
class model_of<void(Network), Storage> : public basic_model<std::remove_cvref_t<Network>, Storage> {
    using base = basic_model<std::remove_cvref_t<Network>, Storage>;

public:
    using base::base;
    constexpr model_of(base model) : base(std::move(model)) {} // so that load() can make it
};

// `model m(network);` and `static_model m(network);`
template <declared Network>
model_of(Network) -> model_of<void(Network), heap_storage>;
template <declared Network, class = void>
model_of(Network) -> model_of<void(Network), inline_storage>;

// Parameters on the heap. A model that was moved from is as a new one: all its parameters are 0.
template <declared Network>
using model = basic_model<Network, heap_storage>;

// Parameters inside the object: for constant expressions, static storage and firmware.
template <declared Network>
using static_model = basic_model<Network, inline_storage>;

// The position of the largest element, the first of equals: the class that a network predicts.
template <class Row>
constexpr std::size_t argmax(const Row& row) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < std::size(row); ++i)
        if (row[i] > row[best]) best = i;
    return best;
}

} // namespace laminate::inline LAMINATE_ISA
