// SPDX-License-Identifier: MIT
#pragma once

// One pass through a network forth and back: values of all stages, then gradients of these, then of
// the parameters. Needs packed parameters and memory for a batch. Promises that rows, and parts of
// the parameters, may be computed in any order and by any thread with the same bits.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "../../base/compiler.hpp"
#include "../../base/random.hpp"
#include "../../kernel/back/all.hpp"
#include "parts.hpp"
#include "row_view.hpp"
#include "workspace.hpp"

namespace laminate::inline LAMINATE_ISA::training {

// How a dense layer takes gradients back, as a dense layer from its outputs to its inputs.
constexpr std::size_t back_chains(std::size_t inputs, std::size_t outputs) {
    std::size_t n = std::bit_floor(std::max<std::size_t>(ir::panel_lines / lines(inputs), 1));
    while (n > 1 && outputs < 4 * n)
        n /= 2;
    return n;
}

// Starts: an index sequence of the stages from which gradients go back, see ways_back.
template <class P, class Network, class Starts = std::index_sequence<>>
class pass {
public:
    using plan_type = detail::static_plan<Network, ir::fusion::off>;
    static constexpr const auto& plan = plan_type::value;
    static constexpr const auto& stages = stages_of<plan_type>;
    static constexpr const auto& ways = ways_back_of<plan_type, Starts>;
    static constexpr const auto& parts = parts_of<plan_type>;
    static constexpr auto layout = make_layout<plan_type>();
    static constexpr std::size_t count = stages.count;

    explicit pass(const workspace& w) : work_(w) {}

    float* value(std::size_t s) const { return rows_at(layout.value[s]); }
    float* gradient(std::size_t s) const {
        return rows_at(layout.gradient[ways.row[s]]) + ways.begin[s];
    }
    static constexpr std::size_t gradient_stride(std::size_t s) {
        return stages.at[ways.row[s]].floats;
    }
    float* mask(std::size_t s) const { return rows_at(layout.mask[s]); }
    float* map(std::size_t s) const { return rows_at(layout.map[s]); }
    float* bordered(std::size_t row) const {
        return rows_at(layout.bordered) + row * layout.bordered_floats;
    }
    float* side(std::size_t row) const { return rows_at(layout.side) + row * layout.side_floats; }

    // The shape of input number k.
    static constexpr shape input_shape(std::size_t k) { return plan.nodes[plan.in[k].node].output; }

    // What goes into stage S as operand K, and how far apart its rows are (or positions).
    template <std::size_t S, std::size_t K = 0>
    static constexpr std::size_t source_stride() {
        return pitch_read<plan_type>(layout, S, K);
    }
    template <std::size_t S, std::size_t K = 0>
    detail::rows_at<const float> source() const {
        constexpr operand from = stages.at[S].reads[K];
        if constexpr (from.stage != ir::none)
            return {value(from.stage), source_stride<S, K>()};
        else if constexpr (layout.copies[from.input])
            return {rows_at(layout.input[from.input]), source_stride<S, K>()};
        else
            return {work_.inputs[from.input], source_stride<S, K>()};
    }
    template <std::size_t S, std::size_t K>
    static constexpr shape shape_read() {
        return plan.nodes[plan.nodes[stages.at[S].node].inputs[K]].output;
    }
    template <std::size_t S, std::size_t K>
    static constexpr std::size_t units_read() {
        return width(shape_read<S, K>());
    }
    template <std::size_t S>
    static constexpr std::size_t positions_read() {
        return positions(shape_read<S, 0>());
    }
    // Rows of stage S, whose positions count as such.
    template <std::size_t S>
    static constexpr std::size_t rows_of(std::size_t rows) {
        return rows * stages.at[S].positions;
    }

    // All values of rows [row, row + rows).
    void forward(std::size_t row, std::size_t rows) const {
        copy_inputs(row, rows);
        [&]<std::size_t... S>(std::index_sequence<S...>) { (forward_stage<S>(row, rows), ...); }
        (std::make_index_sequence<count>{});
    }

    // All gradients of values, after those that losses give.
    void backward(std::size_t row, std::size_t rows) const {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (backward_stage<count - 1 - I>(row, rows), ...);
        }
        (std::make_index_sequence<count>{});
    }

    // Whether stage S gives a share of the gradient of its operand K; and whether its own gradient
    // is stored.
    static constexpr bool gives(std::size_t s, std::size_t k) {
        const std::size_t from = stages.at[s].reads[k].stage;
        return from != ir::none && ways.needed[s] && ways.needed[from];
    }
    static constexpr bool stores(std::size_t s) { return ways.needed[s] && !ways.passes[s]; }

    // What a share of the gradient of the value of stage S is multiplied with before it is stored,
    // or added, and where.
    template <std::size_t S, bool Adds>
    auto epilogue() const {
        const auto all = factors<S, ways.to[S]>();
        using every = std::remove_const_t<decltype(all)>;
        if constexpr (Adds)
            return kernel::back_added<every>{gradient(ways.to[S]), all};
        else
            return kernel::back_through<every>{gradient(ways.to[S]), all};
    }

    // Weights turned around, where gradients go back through them.
    template <std::size_t S>
    void turn_stage() const {
        if constexpr (turns(S)) {
            if (is_idle(stages.at[S].reads[0].stage)) return;
            const float* const weights =
                work_.parameters + plan.tensor_of(stages.at[S].node, 0).begin;
            float* const turned = work_.turned + turned_begin(S);
            if constexpr (ir::is_window_kernel(stages.at[S].run)) {
                windows<S>::turn(weights, turned);
            } else {
                constexpr ir::kind::dense::numbers d = call<S>().dense;
                kernel::transpose_weights<P, d.inputs, d.outputs, d.panels, ir::panels(d.inputs)>(
                    weights, turned);
            }
        }
    }
    void turn() const {
        [&]<std::size_t... S>(std::index_sequence<S...>) { (turn_stage<S>(), ...); }
        (std::make_index_sequence<count>{});
    }
    static constexpr bool turns(std::size_t s) {
        return (stages.at[s].run == ir::kernel::dense || ir::is_window_kernel(stages.at[s].run)) &&
               gives(s, 0);
    }
    static constexpr std::size_t turned_begin(std::size_t s) {
        std::size_t floats = 0;
        for (std::size_t i = 0; i < s; ++i)
            if (turns(i)) {
                const ir::node& n = plan.nodes[stages.at[i].node];
                floats += ir::is_window_kernel(stages.at[i].run)
                              ? turned_floats_of<plan_type>(stages.at[i])
                              : kernel::turned_floats(
                                    width(ir::arriving(plan.view().nodes, stages.at[i].node)),
                                    ir::computed(n, plan.values[stages.at[i].node]));
            }
        return floats;
    }
    static constexpr std::size_t widest() {
        std::size_t most = 0;
        for (std::size_t s = 0; s < count; ++s) {
            const std::size_t units = width(ir::arriving(plan.view().nodes, stages.at[s].node));
            const std::size_t groups = plan.nodes[stages.at[s].node].groups;
            most = std::max(most, groups * whole_lines((units + groups - 1) / groups));
        }
        return most;
    }

    // The gradient of a part of the parameters over all rows: of shared ones that of their first
    // place, to which those of others are added in their order.
    void parameter_gradient(std::size_t number, std::size_t rows) const {
        [&]<std::size_t... S>(std::index_sequence<S...>) {
            ((parts[number].stage == S ? stage_gradient<S>(parts[number], rows, work_.gradient)
                                       : void()),
             ...);
            (add_place<S>(parts[number], rows), ...);
        }
        (std::make_index_sequence<count>{});
    }
    // The node that has the parameters which stage `s` reads, if that is another one; else none.
    static constexpr std::size_t like(std::size_t s) { return plan.nodes[stages.at[s].node].like; }
    static constexpr bool shares() {
        for (std::size_t s = 0; s < count; ++s)
            if (like(s) != ir::none) return true;
        return false;
    }

    // The weights that reach each unit of stage S, scaled back to a norm of `most` at most.
    template <std::size_t S>
    static void limit_stage(float* parameters, float most, const bool* frozen) {
        if (frozen[S]) return;
        if constexpr (stages.at[S].run == ir::kernel::dense && like(S) == ir::none) {
            constexpr ir::kind::dense::numbers d = call<S>().dense;
            kernel::limit_norms<P, d.inputs, d.outputs, d.panels>(
                parameters + plan.tensor_of(stages.at[S].node, 0).begin, most);
        } else if constexpr (ir::is_window_kernel(stages.at[S].run) && like(S) == ir::none) {
            windows<S>::limit(parameters + plan.tensor_of(stages.at[S].node, 0).begin, most);
        }
    }
    static void limit(float* parameters, float most, const bool* frozen) {
        [&]<std::size_t... S>(std::index_sequence<S...>) {
            (limit_stage<S>(parameters, most, frozen), ...);
        }
        (std::make_index_sequence<count>{});
    }

    // Rows of the value of a stage, or of its gradient as it is stored.
    row_view value_view(std::size_t s, std::size_t rows) const {
        return view(value(s), stages.at[s].floats, s, rows);
    }
    row_view gradient_view(std::size_t s, std::size_t rows) const {
        return view(gradient(s), gradient_stride(s), s, rows);
    }

private:
    template <std::size_t S>
    using windows = window_stage<P, plan_type, S, source_stride<S>()>;

    static row_view view(const float* first, std::size_t stride, std::size_t s, std::size_t rows) {
        const std::size_t node = stages.at[s].last;
        return {first, rows * stages.at[s].positions, stride, width(plan.nodes[node].output),
                plan.values[node].pieces};
    }

    bool is_idle(std::size_t s) const { return work_.idle != nullptr && work_.idle[s]; }

    float* rows_at(std::size_t floats) const { return work_.rows + work_.capacity * floats; }

    void copy_inputs(std::size_t row, std::size_t rows) const {
        for (std::size_t k = 0; k < plan.in.size(); ++k) {
            if (!layout.copies[k]) continue;
            const std::size_t units = width(input_shape(k));
            const std::size_t times = positions(input_shape(k));
            for (std::size_t r = row * times; r < (row + rows) * times; ++r)
                std::copy_n(work_.inputs[k] + r * units, units,
                            rows_at(layout.input[k]) + r * whole_lines(units));
        }
    }

    template <std::size_t S>
    static constexpr ir::call call() {
        ir::call c = ir::call_of(plan.view(), plan.sequence[stages.at[S].step]);
        c.dense.exact = false; // all rows are whole lines
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
        constexpr ir::node n = plan.nodes[stages.at[S].node];
        if constexpr (is_moved(n)) {
            [&]<std::size_t... K>(std::index_sequence<K...>) { (move<S, K>(row, rows), ...); }
            (std::make_index_sequence<stages.at[S].operands()>{});
        } else if constexpr (n.kind == ir::op::matmul) {
            using product = matmul_of<S>;
            product::template forward<P>(source<S, 0>().first + row * product::a_floats,
                                         source<S, 1>().first + row * product::b_floats,
                                         value(S) + row * product::y_floats, rows, n.alpha);
        } else if constexpr (is_pool(stages.at[S].run)) {
            using pool = pool_stage<P, plan_type, S>;
            pool::forward(source<S>().first + row * pool::map_floats,
                          value(S) + row * pool::out_floats, rows);
        } else if constexpr (ir::is_window_kernel(stages.at[S].run)) {
            constexpr std::size_t map_floats = positions_read<S>() * source_stride<S>();
            windows<S>::forward(work_.parameters, source<S>().first + row * map_floats,
                                map(S) + row * windows<S>::floats.map, side(row),
                                value(S) + row * stages.at[S].positions * stages.at[S].floats, rows,
                                fused_function<S>());
        } else {
            forward_layer<S>(rows_of<S>(row), rows_of<S>(rows));
        }
    }

    template <std::size_t S>
    static constexpr auto matmul_type() {
        constexpr shape a = shape_read<S, 0>();
        constexpr std::size_t inner_rows = a.extent[a.rank - 2];
        return kernel::padded_matmul<positions(a) / inner_rows, inner_rows, width(a),
                                     units_read<S, 1>()>{};
    }
    template <std::size_t S>
    using matmul_of = decltype(matmul_type<S>());

    template <std::size_t S, std::size_t K>
    void move(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        constexpr std::size_t x_floats = padded_floats(shape_read<S, K>());
        constexpr std::size_t y_floats = s.positions * s.floats;
        const float* const x = source<S, K>().first + row * x_floats;
        float* const y = value(S) + row * y_floats;
        if constexpr (stays(plan.nodes[s.node], shape_read<S, K>()))
            std::copy_n(x, rows * x_floats, y);
        else
            kernel::move_by(table_of<plan_type, s.node, K>, x, x_floats, y, y_floats, rows,
                            plan.nodes[s.node].alpha);
    }

    template <std::size_t S>
    void forward_layer(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        const auto [from, x_stride] = source<S>();
        const float* const x = from + row * x_stride;
        float* const y = value(S) + row * s.floats;
        if constexpr (s.run == ir::kernel::dense) {
            constexpr ir::call c = call<S>();
            constexpr std::size_t weights = plan.tensor_of(s.node, 0).begin;
            constexpr std::size_t bias = plan.tensor_of(s.node, 1).begin;
            kernel::dense<P, detail::dense_shape<c.dense>, detail::max_tile_rows>(
                x, x_stride, work_.parameters + weights, work_.parameters + bias, y, s.floats, rows,
                fused_function<S>());
        } else if constexpr (s.role == ir::role::identity) {
            if (work_.drops)
                drop<S>(x, y, row, rows);
            else
                std::copy_n(x, rows * s.floats, y);
        } else if constexpr (plan.nodes[s.node].kind == ir::op::slice) {
            constexpr ir::node n = plan.nodes[s.node];
            kernel::activation<P, n.units>(x + n.begin, x_stride, y, s.floats, rows,
                                           kernel::compose());
        } else if constexpr (plan.nodes[s.node].kind == ir::op::concat) {
            [&]<std::size_t... K>(std::index_sequence<K...>) { (join<S, K>(row, rows), ...); }
            (std::make_index_sequence<s.operands()>{});
        } else if constexpr (s.role == ir::role::binary) {
            // The step reads the operand that has all units, and the other beside.
            constexpr bool swapped = plan.sequence[s.step].epilogue[0].swapped;
            const auto first = behind < S, swapped ? 1 : 0 > (row);
            const auto second = behind < S, swapped ? 0 : 1 > (row);
            detail::run_kernel<P, plan_type, s.step, detail::max_tile_rows>(
                work_.parameters,
                stage_memory<s.floats, source_stride<S, swapped ? 0 : 1>()>{
                    first, {y, s.floats}, second},
                rows);
        } else {
            detail::run_kernel<P, plan_type, s.step, detail::max_tile_rows>(
                work_.parameters, stage_memory<>{{x, x_stride}, {y, s.floats}}, rows);
        }
    }

    // Operand K of stage S from a row on.
    template <std::size_t S, std::size_t K>
    detail::rows_at<const float> behind(std::size_t row) const {
        const auto [x, stride] = source<S, K>();
        return {x + row * stride, stride};
    }

    // Of a concat: where part K begins, and its copy.
    template <std::size_t S, std::size_t K>
    static constexpr std::size_t part_begin() {
        std::size_t begin = 0;
        for (std::size_t k = 0; k < K; ++k)
            begin += plan.nodes[plan.nodes[stages.at[S].node].inputs[k]].output.size();
        return begin;
    }
    template <std::size_t S, std::size_t K>
    void join(std::size_t row, std::size_t rows) const {
        constexpr std::size_t stride = stages.at[S].floats;
        const auto [x, x_stride] = behind<S, K>(row);
        kernel::activation<P, units_read<S, K>()>(x, x_stride,
                                                  value(S) + row * stride + part_begin<S, K>(),
                                                  stride, rows, kernel::compose());
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
        if constexpr (S == To && s.fused != ir::none && !ways.summed[S])
            return kernel::times(through_fused<S>(), kernel::factors<>{});
        else if constexpr (S == To)
            return kernel::factors<>{};
        else
            return kernel::times(through<S>(), factors<s.reads[0].stage, To>());
    }
    template <std::size_t S>
    auto through() const {
        if constexpr (stages.at[S].role == ir::role::identity) {
            return kernel::through_mask{mask(S)};
        } else {
            using f = decltype(function<stages.at[S].node>());
            return kernel::through_function<f>{function<stages.at[S].node>(), source<S>().first,
                                               value(S)};
        }
    }
    template <std::size_t S>
    auto through_fused() const {
        using f = decltype(function<stages.at[S].fused>());
        return kernel::through_function<f>{function<stages.at[S].fused>(), nullptr, value(S)};
    }

    template <std::size_t S>
    void backward_stage(std::size_t row, std::size_t rows) const {
        constexpr ir::node n = plan.nodes[stages.at[S].node];
        if constexpr (stores(S)) {
            if (is_idle(S)) return;
            if constexpr (is_moved(n) || n.kind == ir::op::matmul || is_pool(stages.at[S].run)) {
                [&]<std::size_t... K>(std::index_sequence<K...>) {
                    (give_whole_rows<S, K>(row, rows), ...);
                }
                (std::make_index_sequence<stages.at[S].operands()>{});
            } else if constexpr (ir::is_window_kernel(stages.at[S].run)) {
                backward_windows<S>(row, rows);
            } else {
                backward_layer<S>(rows_of<S>(row), rows_of<S>(rows));
            }
        }
    }

    // The share of a move, a pool, or a product of two values, in the gradient of operand K.
    template <std::size_t S, std::size_t K>
    void give_whole_rows(std::size_t row, std::size_t rows) const {
        constexpr std::size_t from = stages.at[S].reads[K].stage;
        if constexpr (gives(S, K)) {
            if (is_idle(from)) return;
            constexpr stage s = stages.at[S];
            constexpr std::size_t x_floats = padded_floats(shape_read<S, K>());
            constexpr std::size_t y_floats = s.positions * s.floats;
            const float* const dy = gradient(S) + row * y_floats;
            float* const dx = gradient(from) + row * x_floats;
            constexpr bool adds = ways.adds[S][K];
            if constexpr (is_moved(plan.nodes[s.node])) {
                if constexpr (stays(plan.nodes[s.node], shape_read<S, K>()))
                    kernel::copy_back<P, adds>(dy, dx, rows * x_floats);
                else
                    kernel::move_back_by<adds, x_floats>(table_of<plan_type, s.node, K>, dy,
                                                         y_floats, dx, x_floats, rows);
            } else if constexpr (is_pool(s.run)) {
                pool_stage<P, plan_type, S>::template backward<adds>(
                    source<S>().first + row * x_floats, value(S) + row * y_floats, dy, dx, rows);
            } else {
                using product = matmul_of<S>;
                constexpr float scale = plan.nodes[s.node].alpha;
                if constexpr (K == 0)
                    product::template to_left<adds>(
                        dy, source<S, 1>().first + row * product::b_floats, dx, rows, scale);
                else
                    product::template to_right<P, adds>(
                        dy, source<S, 0>().first + row * product::a_floats, dx, rows, scale);
            }
        }
    }

    // Where all shares of a gradient are there: now through the stage's function, once.
    template <std::size_t S>
    void finish_sum(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        if constexpr (s.fused != ir::none && ways.summed[S]) {
            float* const dy = gradient(S) + row * s.floats;
            const auto all = kernel::times(through_fused<S>(), kernel::factors<>{});
            kernel::back_rows<P>(
                dy, dy, s.floats, rows,
                kernel::back_through<std::remove_const_t<decltype(all)>>{gradient(S), all});
        }
    }

    template <std::size_t S>
    void backward_windows(std::size_t row, std::size_t rows) const {
        finish_sum<S>(rows_of<S>(row), rows_of<S>(rows));
        if constexpr (gives(S, 0)) {
            constexpr stage s = stages.at[S];
            constexpr std::size_t from = s.reads[0].stage;
            if (is_idle(from)) return;
            windows<S>::backward(
                gradient(S) + rows_of<S>(row) * s.floats, work_.turned + turned_begin(S),
                work_.zeros, bordered(row), side(row),
                gradient(ways.to[from]) + row * positions_read<S>() * stages.at[from].floats, rows,
                epilogue<from, ways.adds[S][0]>());
        }
    }

    template <std::size_t S>
    void backward_layer(std::size_t row, std::size_t rows) const {
        constexpr stage s = stages.at[S];
        finish_sum<S>(row, rows);
        if constexpr (normalises(s.run)) {
            constexpr ir::call c = call<S>();
            const auto [x, x_stride] = behind<S, 0>(row);
            kernel::normalise<P, s.run == ir::kernel::layer_norm>(
                kernel::constants<c.outputs, c.others[0]>{}, x, x_stride, mask(S) + row * s.floats,
                s.floats, rows, c.epsilon, kernel::compose());
        }
        [&]<std::size_t... K>(std::index_sequence<K...>) { (give<S, K>(row, rows), ...); }
        (std::make_index_sequence<s.operands()>{});
    }

    // The share that stage S has in the gradient of its operand K.
    template <std::size_t S, std::size_t K>
    void give(std::size_t row, std::size_t rows) const {
        // (Where the gradient of the operand lies in that of this stage, nothing is left to do.)
        if constexpr (gives(S, K) &&
                      ways.row[stages.at[S].reads[K].stage] == stages.at[S].reads[K].stage) {
            constexpr stage s = stages.at[S];
            constexpr std::size_t from = s.reads[K].stage;
            if (is_idle(from)) return;
            constexpr std::size_t to = ways.to[from];
            constexpr std::size_t stride = stages.at[to].floats;
            constexpr ir::node n = plan.nodes[s.node];
            constexpr std::size_t dy_stride = gradient_stride(S);
            const float* const dy = gradient(S) + row * dy_stride;
            float* const dx = gradient(to) + row * stride;
            const auto shared = epilogue<from, ways.adds[S][K]>();
            if constexpr (s.run == ir::kernel::dense) {
                constexpr ir::kind::dense::numbers d = call<S>().dense;
                using shape = kernel::dense_shape<d.outputs, d.inputs, ir::panels(d.inputs),
                                                  back_chains(d.inputs, d.outputs), false>;
                kernel::dense_rows<P, shape>(dy, dy_stride, work_.turned + turned_begin(S),
                                             work_.zeros, dx, stride, rows, shared);
            } else if constexpr (ir::facts_of(s.run).back == ir::way_back::rows) {
                constexpr ir::call c = call<S>();
                give_by_rows<S>(std::make_index_sequence<c.others.size()>{},
                                {behind<S, 0>(row),
                                 {value(S) + row * s.floats, s.floats},
                                 {dy, dy_stride},
                                 {dx, stride},
                                 rows,
                                 n.alpha},
                                shared);
            } else if constexpr (normalises(s.run)) {
                constexpr ir::call c = call<S>();
                const auto [x, x_stride] = behind<S, 0>(row);
                kernel::normalise_gradient<P, c.outputs, c.others[0],
                                           s.run == ir::kernel::layer_norm>(
                    x, x_stride, mask(S) + row * s.floats,
                    work_.parameters + plan.tensor_of(s.node, 0).begin, dy, s.floats, dx, stride,
                    rows, c.epsilon, shared);
            } else if constexpr (s.role == ir::role::binary) {
                give_binary<S, K>(row, dy, dx, stride, rows, shared);
            } else if constexpr (n.kind == ir::op::concat) {
                kernel::part_gradient<P, units_read<S, K>()>(dy + part_begin<S, K>(), s.floats, dx,
                                                             stride, rows, shared);
            } else if constexpr (n.kind == ir::op::slice) {
                kernel::slice_gradient<P, units_read<S, 0>(), n.begin, n.units, ways.adds[S][K]>(
                    dy, s.floats, dx, stride, rows);
            } else {
                static_assert(s.is_function() || !is_trainable<plan_type, s.node>(),
                              "Laminate: train/steps/pass.hpp lacks the way back of a kernel that "
                              "ir/kind/list.hpp says has one of its own; add it");
                const auto all = kernel::times(through<S>(), factors<from, to>());
                using every = std::remove_const_t<decltype(all)>;
                if constexpr (ways.adds[S][K])
                    kernel::back_rows<P>(dy, dx, stride, rows,
                                         kernel::back_added<every>{gradient(to), all});
                else
                    kernel::back_rows<P>(dy, dx, stride, rows,
                                         kernel::back_through<every>{gradient(to), all});
            }
        }
    }

    template <std::size_t S, std::size_t... A, class Epilogue>
    static void give_by_rows(std::index_sequence<A...>, const kernel::backward_rows& rows,
                             const Epilogue& shared) {
        constexpr ir::call c = call<S>();
        using pack = std::conditional_t<c.one_lane, pack::scalar, P>;
#define LAMINATE_KERNEL(name, file, back, ...) LAMINATE_BACK_##back(name)
#define LAMINATE_BACK_rows(name) \
    if constexpr (c.run == ir::kernel::name) \
        kernel::name##_gradient<pack, c.outputs, c.others[A]...>(rows, shared);
#define LAMINATE_BACK_own(name)
#define LAMINATE_BACK_missing(name)
        LAMINATE_ROW_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_BACK_missing
#undef LAMINATE_BACK_own
#undef LAMINATE_BACK_rows
#undef LAMINATE_KERNEL
    }

    template <std::size_t S, std::size_t K, class Epilogue>
    void give_binary(std::size_t row, const float* dy, float* dx, std::size_t stride,
                     std::size_t rows, const Epilogue& shared) const {
        constexpr stage s = stages.at[S];
        constexpr std::size_t a_units = units_read<S, 0>();
        constexpr std::size_t b_units = units_read<S, 1>();
        const auto [a, a_stride] = behind<S, 0>(row);
        const auto [b, b_stride] = behind<S, 1>(row);
#define LAMINATE_BINARY(operation, form, file) \
    if constexpr (plan.nodes[s.node].kind == ir::op::operation) \
        kernel::binary_gradient<P, kernel::form, K == 1, width(plan.nodes[s.node].output), \
                                a_units, b_units>(kernel::operand_rows<a_units>{a, a_stride}, \
                                                  kernel::operand_rows<b_units>{b, b_stride}, \
                                                  value(S) + row * s.floats, dy, s.floats, dx, \
                                                  stride, rows, shared);
        LAMINATE_BINARY_FUNCTIONS(LAMINATE_BINARY)
#undef LAMINATE_BINARY
    }

    template <std::size_t S>
    void add_place(const part& p, std::size_t rows) const {
        if constexpr (like(S) != ir::none && stages.at[S].learned) {
            if (like(S) != stages.at[p.stage].node) return;
            stage_gradient<S>(p, rows, work_.other);
            kernel::add_to<P>(work_.gradient + p.begin, work_.other + p.begin, p.floats);
        }
    }

    // Part `p` of the gradient by the parameters that stage S reads, as if only it read them.
    template <std::size_t S>
    void stage_gradient(const part& p, std::size_t rows, float* gradients) const {
        constexpr stage s = stages.at[S];
        float* const to = gradients + p.begin;
        if constexpr (s.learned) {
            [[maybe_unused]] const auto [x, x_stride] = source<S>();
            const float* const dy = gradient(S);
            constexpr std::size_t dy_stride = gradient_stride(S);
            const std::size_t maps = rows;
            rows = rows_of<S>(rows);
            if (!plan.tensors[p.tensor].factor) { // it is added
                if constexpr (ir::is_window_kernel(s.run) && plan.nodes[s.node].groups > 1)
                    return kernel::grouped_bias_gradient<P, width(plan.nodes[s.node].output),
                                                         plan.nodes[s.node].groups>(dy, dy_stride,
                                                                                    rows, to);
                return kernel::bias_gradient<P>(dy, dy_stride, rows, to, p.floats);
            }
            if constexpr (ir::is_window_kernel(s.run)) {
                windows<S>::weight_gradient(p, x, map(S), dy, maps,
                                            gradients + plan.tensor_of(s.node, 0).begin);
            } else if constexpr (s.run == ir::kernel::dense) {
                constexpr ir::kind::dense::numbers d = call<S>().dense;
                float* const weights = gradients + plan.tensor_of(s.node, 0).begin;
                if constexpr (is_narrow(d.inputs, d.outputs))
                    kernel::narrow_weight_gradient<P, d.inputs, d.outputs>(
                        x, x_stride, dy, dy_stride, rows, weights);
                else
                    kernel::weight_gradient<P, d.inputs, d.outputs, d.panels>(
                        x, x_stride, dy, dy_stride, rows, weights, p.panel, p.first, p.inputs);
            } else if constexpr (normalises(s.run)) {
                kernel::slope_gradient<P, false>(mask(S), dy, s.floats, rows, to, kernel::affine{});
            } else if constexpr (s.is_function()) {
                kernel::slope_gradient<P, plan.nodes[s.node].shared>(x, dy, s.floats, rows, to,
                                                                     function<s.node>());
            }
        }
    }

    workspace work_;
};

} // namespace laminate::inline LAMINATE_ISA::training
