// SPDX-License-Identifier: MIT
#pragma once

// One pass through a network forth and back: values of all stages, then gradients of these, then of
// the parameters. Needs packed parameters and memory for a batch. Promises that rows, and parts of
// the parameters, may be computed in any order and by any thread with the same bits.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../../kernel/back/derivative.hpp"
#include "../../kernel/back/dropout.hpp"
#include "../../kernel/back/maxout_gradient.hpp"
#include "../../kernel/back/norm.hpp"
#include "../../kernel/back/softmax_gradient.hpp"
#include "../../kernel/back/transpose.hpp"
#include "../../kernel/back/weight_gradient.hpp"
#include "parts.hpp"
#include "row_view.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// Where the rows of each stage lie, in floats of one row: all rows of a stage are one behind the
// other.
template <std::size_t Stages>
struct row_layout {
    std::array<std::size_t, Stages> value = {};
    std::array<std::size_t, Stages> gradient = {};
    std::array<std::size_t, Stages> mask = {};
    std::size_t input = 0; // a copy in whole lines, where the first stage isn't dense
    std::size_t floats = 0;
};

template <class Plan>
constexpr auto make_layout() {
    constexpr auto& stages = stages_of<Plan>;
    row_layout<stages.count> layout = {};
    const auto take = [&layout](std::size_t floats) {
        return std::exchange(layout.floats, layout.floats + floats);
    };
    layout.input =
        take(stages.at[0].run == ir::kernel::dense ? 0 : whole_lines(Plan::value.inputs()));
    for (std::size_t s = 0; s < stages.count; ++s) {
        layout.value[s] = take(stages.at[s].floats);
        layout.gradient[s] = take(stages.at[s].floats);
        if (stages.at[s].drops) layout.mask[s] = take(stages.at[s].floats);
    }
    return layout;
}

// The gradient of a value goes back through functions of each number alone, to the first stage that
// does more: its gradient is stored.
template <class Plan>
constexpr std::size_t destination(std::size_t stage) {
    constexpr auto& stages = stages_of<Plan>;
    while (!stages.at[stage].learned && stages.at[stage].run == ir::kernel::activation)
        --stage;
    return stage;
}

// How a dense layer takes gradients back, as a dense layer from its outputs to its inputs.
constexpr std::size_t back_chains(std::size_t inputs, std::size_t outputs) {
    std::size_t n = std::bit_floor(std::max<std::size_t>(ir::panel_lines / lines(inputs), 1));
    while (n > 1 && outputs < 4 * n)
        n /= 2;
    return n;
}

// Memory that a pass works in; the trainer owns it.
struct workspace {
    const float* parameters = nullptr;
    float* gradient = nullptr;    // of the parameters, packed as they are
    float* turned = nullptr;      // weights of each dense stage, turned around
    const float* zeros = nullptr; // as many as the widest layer has inputs, in whole lines
    float* rows = nullptr;        // row_layout, for `capacity` rows
    std::size_t capacity = 0;
    const float* inputs = nullptr; // the caller's
    std::uint64_t seed = 0;        // of this step's masks
    bool drops = false;            // dropout is on
};

// The rows of a stage, whatever the plan says.
struct stage_memory {
    detail::rows_at<const float> from;
    detail::rows_at<float> to;

    template <std::size_t Step>
    constexpr detail::rows_at<const float> read() const {
        return from;
    }
    template <std::size_t Step>
    constexpr detail::rows_at<float> written() const {
        return to;
    }
};

template <class P, class Network>
class pass {
public:
    using plan_type = detail::static_plan<Network, ir::fusion::off>;
    static constexpr const auto& plan = plan_type::value;
    static constexpr const auto& stages = stages_of<plan_type>;
    static constexpr const auto& parts = parts_of<plan_type>;
    static constexpr auto layout = make_layout<plan_type>();
    static constexpr std::size_t count = stages.count;

    explicit pass(const workspace& w) : work_(w) {}

    float* value(std::size_t s) const { return rows_at(layout.value[s]); }
    float* gradient(std::size_t s) const { return rows_at(layout.gradient[s]); }
    float* mask(std::size_t s) const { return rows_at(layout.mask[s]); }

    // What goes into stage S, and how far apart its rows are.
    template <std::size_t S>
    detail::rows_at<const float> source() const {
        if constexpr (S > 0)
            return {value(S - 1), stages.at[S - 1].floats};
        else if constexpr (stages.at[0].run == ir::kernel::dense)
            return {work_.inputs, plan.inputs()};
        else
            return {rows_at(layout.input), whole_lines(plan.inputs())};
    }

    // All values of rows [row, row + rows).
    void forward(std::size_t row, std::size_t rows) const {
        if constexpr (stages.at[0].run != ir::kernel::dense) copy_inputs(row, rows);
        [&]<std::size_t... S>(std::index_sequence<S...>) { (forward_stage<S>(row, rows), ...); }
        (std::make_index_sequence<count>{});
    }

    // All gradients of values, from that of stage Last on, which is stored at its destination.
    template <std::size_t Last>
    void backward(std::size_t row, std::size_t rows) const {
        constexpr std::size_t first = stages.first_learned;
        constexpr std::size_t from = destination<plan_type>(Last);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (backward_stage<from - I>(row, rows), ...);
        }
        (std::make_index_sequence<from - first>{});
    }

    // What a gradient of the value of stage S is multiplied with before it is stored, and where.
    template <std::size_t S>
    auto epilogue() const {
        constexpr std::size_t to = destination<plan_type>(S);
        const auto all = factors<S, to>();
        return kernel::back_through<std::remove_const_t<decltype(all)>>{gradient(to), all};
    }

    // Weights turned around, where gradients go back through them.
    template <std::size_t S>
    void turn_stage() const {
        if constexpr (stages.at[S].run == ir::kernel::dense && S > stages.first_learned) {
            constexpr ir::call c = call<S>();
            kernel::transpose_weights<P, c.inputs, c.outputs, c.panels, ir::panels(c.inputs)>(
                work_.parameters + plan.tensor_of(stages.at[S].node, 0).begin,
                work_.turned + turned_begin(S));
        }
    }
    void turn() const {
        [&]<std::size_t... S>(std::index_sequence<S...>) { (turn_stage<S>(), ...); }
        (std::make_index_sequence<count>{});
    }
    static constexpr std::size_t turned_begin(std::size_t s) {
        std::size_t floats = 0;
        for (std::size_t i = stages.first_learned + 1; i < s; ++i)
            if (stages.at[i].run == ir::kernel::dense)
                floats += ir::width(ir::arriving(plan.view().nodes, stages.at[i].node)) == 0
                              ? 0
                              : kernel::turned_floats(
                                    ir::width(ir::arriving(plan.view().nodes, stages.at[i].node)),
                                    ir::computed(plan.nodes[stages.at[i].node],
                                                 plan.values[stages.at[i].node]));
        return floats;
    }
    static constexpr std::size_t widest() {
        std::size_t most = 0;
        for (std::size_t s = 0; s < count; ++s)
            most = std::max(
                most, whole_lines(ir::width(ir::arriving(plan.view().nodes, stages.at[s].node))));
        return most;
    }

    // The gradient of a part of the parameters over all rows.
    void parameter_gradient(std::size_t number, std::size_t rows) const {
        [&]<std::size_t... S>(std::index_sequence<S...>) {
            ((parts[number].stage == S ? stage_gradient<S>(parts[number], rows) : void()), ...);
        }
        (std::make_index_sequence<count>{});
    }

    // The weights that reach each unit of stage S, scaled back to a norm of `most` at most.
    template <std::size_t S>
    static void limit_stage(float* parameters, float most) {
        if constexpr (stages.at[S].run == ir::kernel::dense) {
            constexpr ir::call c = call<S>();
            kernel::limit_norms<P, c.inputs, c.outputs, c.panels>(
                parameters + plan.tensor_of(stages.at[S].node, 0).begin, most);
        }
    }
    static void limit(float* parameters, float most) {
        [&]<std::size_t... S>(std::index_sequence<S...>) {
            (limit_stage<S>(parameters, most), ...);
        }
        (std::make_index_sequence<count>{});
    }

    // Rows of the value of a stage, or of its gradient as it is stored.
    row_view view(const float* rows_of_stage, std::size_t s, std::size_t rows) const {
        const std::size_t node = stages.at[s].last;
        return {rows_of_stage, rows, stages.at[s].floats, plan.nodes[node].output.size(),
                plan.values[node].pieces};
    }

private:
    float* rows_at(std::size_t floats) const { return work_.rows + work_.capacity * floats; }

    void copy_inputs(std::size_t row, std::size_t rows) const {
        constexpr std::size_t stride = whole_lines(plan.inputs());
        for (std::size_t r = row; r < row + rows; ++r)
            std::copy_n(work_.inputs + r * plan.inputs(), plan.inputs(),
                        rows_at(layout.input) + r * stride);
    }

    template <std::size_t S>
    static constexpr ir::call call() {
        ir::call c = ir::call_of(plan.view(), plan.sequence[stages.at[S].step]);
        c.exact = false; // all rows are whole lines
        return c;
    }

    template <std::size_t S>
    auto fused_function() const {
        constexpr std::size_t node = stages.at[S].fused;
        if constexpr (node == ir::none)
            return kernel::compose();
        else
            return kernel::compose(detail::functor<plan_type, node>(work_.parameters));
    }
    template <std::size_t Node>
    auto function() const {
        return detail::functor<plan_type, Node>(work_.parameters);
    }

    template <std::size_t S>
    void forward_stage(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        const auto [from, x_stride] = source<S>();
        const float* const x = from + row * x_stride;
        float* const y = value(S) + row * s.floats;
        if constexpr (s.run == ir::kernel::dense) {
            constexpr ir::call c = call<S>();
            constexpr std::size_t weights = plan.tensor_of(s.node, 0).begin;
            constexpr std::size_t bias = plan.tensor_of(s.node, 1).begin;
            using shape = kernel::dense_shape<c.inputs, c.outputs, c.panels, c.chains, false,
                                              c.skips_zeros, c.far>;
            kernel::dense<P, shape, detail::max_tile_rows>(x, x_stride, work_.parameters + weights,
                                                           work_.parameters + bias, y, s.floats,
                                                           rows, fused_function<S>());
        } else if constexpr (s.drops) {
            if (work_.drops)
                drop<S>(x, y, row, rows);
            else
                std::copy_n(x, rows * s.floats, y);
        } else {
            detail::run_step<P, plan_type, s.step, detail::max_tile_rows>(
                work_.parameters, stage_memory{{x, x_stride}, {y, s.floats}}, rows);
        }
    }

    template <std::size_t S>
    void drop(const float* x, float* y, std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        constexpr double rate = static_cast<double>(plan.nodes[s.node].alpha);
        constexpr auto dropped = static_cast<std::uint32_t>(rate * 0x1p32);
        constexpr auto scale = static_cast<float>(1.0 / (1.0 - rate));
        random_source random(work_.seed + S);
        const std::uint64_t bits = random.next();
        kernel::dropout(x, mask(S) + row * s.floats, y, s.floats, row, rows,
                        {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)},
                        dropped, scale);
    }

    template <std::size_t S, std::size_t To>
    auto factors() const {
        constexpr stage s = stages.at[S];
        if constexpr (S == To && s.run == ir::kernel::dense && s.fused != ir::none) {
            using f = decltype(function<s.fused>());
            return kernel::times(
                kernel::through_function<f>{function<s.fused>(), nullptr, value(S)},
                kernel::factors<>{});
        } else if constexpr (S == To) {
            return kernel::factors<>{};
        } else if constexpr (s.drops) {
            return kernel::times(kernel::through_mask{mask(S)}, factors<S - 1, To>());
        } else {
            return kernel::times(through<S>(), factors<S - 1, To>());
        }
    }
    template <std::size_t S>
    auto through() const {
        using f = decltype(function<stages.at[S].node>());
        return kernel::through_function<f>{function<stages.at[S].node>(), source<S>().first,
                                           value(S)};
    }

    template <std::size_t S>
    void backward_stage(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        constexpr std::size_t to = destination<plan_type>(S - 1);
        constexpr std::size_t stride = stages.at[to].floats;
        const float* const dy = gradient(S) + row * s.floats;
        float* const dx = gradient(to) + row * stride;
        if constexpr (s.run == ir::kernel::dense) {
            constexpr ir::call c = call<S>();
            using shape = kernel::dense_shape<c.outputs, c.inputs, ir::panels(c.inputs),
                                              back_chains(c.inputs, c.outputs), false>;
            kernel::dense_rows<P, shape>(dy, s.floats, work_.turned + turned_begin(S), work_.zeros,
                                         dx, stride, rows, epilogue<S - 1>());
        } else if constexpr (s.run == ir::kernel::softmax || s.run == ir::kernel::log_softmax) {
            constexpr ir::node n = plan.nodes[s.node];
            using form = std::conditional_t<n.kind == ir::op::softmax, kernel::share_gradient,
                                            kernel::log_share_gradient>;
            kernel::softmax_gradient<P, n.output.size(), n.groups, form>(
                value(S) + row * s.floats, dy, s.floats, dx, stride, rows, epilogue<S - 1>());
        } else if constexpr (s.run == ir::kernel::maxout) {
            constexpr ir::call c = call<S>();
            using pack = std::conditional_t<c.one_lane, pack::scalar, P>;
            kernel::maxout_gradient<pack, c.outputs, c.others[0], c.others[1], c.others[2]>(
                source<S>().first + row * stride, stride, value(S) + row * s.floats, dy, s.floats,
                dx, rows, epilogue<S - 1>());
        } else if constexpr (s.learned) {
            static_assert(s.run == ir::kernel::activation,
                          "Laminate: train/steps/pass.hpp lacks a kernel's way back; add it");
            const auto all = kernel::times(through<S>(), factors<S - 1, to>());
            kernel::back_rows<P>(
                dy, dx, stride, rows,
                kernel::back_through<std::remove_const_t<decltype(all)>>{gradient(to), all});
        }
    }

    template <std::size_t S>
    void stage_gradient(const part& p, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        float* const to = work_.gradient + p.begin;
        if constexpr (s.learned) {
            const auto [x, x_stride] = source<S>();
            const float* const dy = gradient(S);
            if (!plan.tensors[p.tensor].factor) // it is added
                return kernel::bias_gradient<P>(dy, s.floats, rows, to, p.floats);
            if constexpr (s.run == ir::kernel::dense) {
                constexpr ir::call c = call<S>();
                float* const weights = work_.gradient + plan.tensor_of(s.node, 0).begin;
                if constexpr (is_narrow(c.inputs, c.outputs))
                    kernel::narrow_weight_gradient<P, c.inputs, c.outputs>(x, x_stride, dy,
                                                                           s.floats, rows, weights);
                else
                    kernel::weight_gradient<P, c.inputs, c.outputs, c.panels>(
                        x, x_stride, dy, s.floats, rows, weights, p.panel, p.first, p.inputs);
            } else {
                kernel::slope_gradient<P, plan.nodes[s.node].shared>(x, dy, s.floats, rows, to,
                                                                     function<s.node>());
            }
        }
    }

    workspace work_;
};

} // namespace laminate::inline LAMINATE_ISA::training
