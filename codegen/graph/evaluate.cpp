// SPDX-License-Identifier: MIT
#include "evaluate.hpp"

#include <laminate/base/error.hpp>
#include <laminate/ir/call.hpp>
#include <laminate/ir/function.hpp>
#include <laminate/ir/kind/table.hpp>
#include <laminate/kernel/forward/all.hpp>
#include <laminate/pack/scalar.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace laminate::codegen {

namespace {

using pack = laminate::pack::scalar;

// y[i] = f(y[i]), for a functor of kernel/.
template <class Function>
void apply_functor(const Function& f, std::span<float> y) {
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = f(pack{}, y[i], i);
}

// Learned(k): tensor number k of the node.
template <class Learned>
void apply_function(const ir::node& n, const Learned& learned, std::span<float> y) {
#define LAMINATE_APPLY(operation, when, file, functor, ...) \
    if (n.kind == ir::op::operation && (when)) \
        return apply_functor(kernel::functor{__VA_ARGS__}, y);
    LAMINATE_FUNCTIONS(LAMINATE_APPLY)
#undef LAMINATE_APPLY
    if (!ir::is_identity(n.kind))
        raise({sentence("defect in Laminate: evaluate lacks the functor of ", ir::name(n.kind))});
}

// A panel of a dense layer, or a narrow one, with sums of `chains` chains, Chains at least: by the
// pieces of kernel/forward/dense.hpp, a line of outputs at a time, with a number of inputs that is
// known at run time only. Inputs behind the last, up to `padded`, count as zeros. `width` floats
// lie from the weights of an input to those of the next.
template <std::size_t Chains = 1>
void dense_panel(std::span<const float> x, std::size_t padded, std::size_t chains,
                 const float* weights, std::size_t width, const float* bias, std::span<float> y) {
    if (chains > Chains) {
        if constexpr (Chains < 64)
            return dense_panel<2 * Chains>(x, padded, chains, weights, width, bias, y);
        raise({sentence("defect in Laminate: evaluate lacks sums of ", chains, " chains")});
    }
    constexpr std::size_t line = std::min(line_floats, 256 / Chains); // as deep as Clang folds
    for (std::size_t o = 0; o < y.size(); o += line) {
        auto sum = kernel::start_sums<pack, line, line>(bias + o, kernel::indices<Chains * line>{});
        for (std::size_t i = 0; i < padded; ++i) {
            const float in = i < x.size() ? x[i] : 0.0f;
            kernel::add_input<pack>(sum.at + i % Chains * line, &in, 0, weights + i * width + o,
                                    kernel::indices<1>{}, kernel::indices<line>{});
        }
        kernel::add_chains<pack, Chains, line>(sum.at);
        std::copy_n(sum.at, std::min(line, y.size() - o), y.data() + o);
    }
}

void dense(const ir::kind::dense::numbers& c, const float* x, const float* weights,
           const float* bias, float* y) {
    const std::span<const float> in(x, c.inputs);
    if (is_narrow(c.inputs, c.outputs)) {
        const std::size_t group = narrow_group(c.outputs);
        const std::size_t padded = (c.inputs + group - 1) / group * group;
        std::vector<float> by_input(padded * line_floats);
        for (std::size_t i = 0; i < padded; ++i)
            for (std::size_t o = 0; o < c.outputs; ++o)
                by_input[i * line_floats + o] = weights[narrow_position(c.outputs, o, i)];
        dense_panel(in, padded, c.chains, by_input.data(), line_floats, bias, {y, c.outputs});
    } else {
        for (std::size_t p = 0; p < c.panels; ++p) {
            const std::size_t begin = panel_begin(c.outputs, c.panels, p);
            const std::size_t end = panel_begin(c.outputs, c.panels, p + 1);
            dense_panel(in, c.inputs, c.chains, weights + begin * c.inputs, end - begin,
                        bias + begin, {y + begin, std::min(end, c.outputs) - begin});
        }
    }
    if (c.skips_zeros)
        for (std::size_t o = 0; o < c.outputs; ++o)
            y[o] = pack::add(y[o], 0.0f);
}

// The units of one position of a map with its padding, in the order that kernel/forward/conv.hpp
// states: of each group a matrix that is cut into panels.
void conv_at(const ir::kind::conv::numbers& c, const float* x, const float* weights,
             const float* bias, std::size_t position, std::span<float> y) {
    const std::size_t inputs = c.channels / c.groups;
    const std::size_t outputs = c.outputs / c.groups;
    const float* const corner = x + (position / c.out_width * c.stride_height * c.line +
                                     position % c.out_width * c.stride_width) *
                                        c.channels;
    std::vector<float> window;
    for (std::size_t group = 0; group < c.groups; ++group) {
        window.clear();
        for (std::size_t i = 0; i < c.kernel_height; ++i)
            for (std::size_t j = 0; j < c.kernel_width; ++j) {
                const float* const tap =
                    corner + (i * c.dilation_height * c.line + j * c.dilation_width) * c.channels +
                    group * inputs;
                window.insert(window.end(), tap, tap + inputs);
            }
        for (std::size_t p = 0; p < c.panels; ++p) {
            const std::size_t begin = panel_begin(outputs, c.panels, p);
            const std::size_t end = panel_begin(outputs, c.panels, p + 1);
            dense_panel(window, window.size(), c.chains, weights + begin * window.size(),
                        end - begin, bias + begin,
                        y.subspan(group * outputs + begin, std::min(end, outputs) - begin));
        }
        weights += window.size() * whole_lines(outputs);
        bias += whole_lines(outputs);
    }
}

// The same of depthwise_conv, see kernel/forward/depthwise.hpp.
void depthwise_at(const ir::kind::conv::numbers& c, const float* x, const float* weights,
                  const float* bias, std::size_t position, std::span<float> y) {
    const std::size_t row = position / c.out_width * c.stride_height;
    const std::size_t column = position % c.out_width * c.stride_width;
    for (std::size_t o = 0; o < y.size(); ++o) {
        y[o] = bias[o];
        for (std::size_t tap = 0; tap < c.kernel_height * c.kernel_width; ++tap) {
            const std::size_t i = row + tap / c.kernel_width * c.dilation_height;
            const std::size_t j = column + tap % c.kernel_width * c.dilation_width;
            y[o] = pack::fma(x[(i * c.line + j) * c.channels + o],
                             weights[tap * whole_lines(c.channels) + o], y[o]);
        }
    }
}

// A row kernel on one row, on sizes that are values; `second` is that of its second operand, if it
// has one. Functions that join it follow later.
template <ir::kernel Run>
void run_row_kernel(const ir::call& c, const float* x, const float* second, float* y) {
    std::vector<std::size_t> all = {c.outputs};
    all.insert(all.end(), c.others.begin(), c.others.end());
    const kernel::run_time_sizes sizes = {all.data()};
    const auto run = [&](const auto&... behind) {
#define LAMINATE_KERNEL(name, ...) \
    if constexpr (Run == ir::kernel::name) kernel::name<pack>(sizes, x, 0, y, 0, 1, behind...);
        LAMINATE_ROW_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
    };
    constexpr ir::kernel_facts facts = ir::facts_of(Run);
    if constexpr (facts.takes_functions)
        run(c.epsilon, kernel::compose());
    else if constexpr (facts.takes_second)
        run(second, std::size_t{0}, c.epsilon);
    else if constexpr (facts.takes_number)
        run(c.epsilon);
    else
        run();
}

// A row of the caller's, of all inputs or outputs one behind the other, and scratch memory.
struct memory {
    const ir::plan_view& plan;
    const float* in;
    float* out;
    float* scratch;

    const float* read(const ir::place& p) const {
        return p.in == ir::memory::input ? in + plan.in[p.index].begin + p.offset : written(p);
    }
    float* written(const ir::place& p) const {
        return p.in == ir::memory::output ? out + plan.out[p.index].begin + p.offset
                                          : scratch + p.offset;
    }
};

// y[i] = f(y[i], other[i]), or the other way around; `other` may be one number for all.
void apply_binary(ir::op kind, bool swapped, std::span<const float> other, std::span<float> y) {
    const auto apply = [&](auto form) {
        for (std::size_t i = 0; i < y.size(); ++i) {
            const float b = other[other.size() == 1 ? 0 : i];
            y[i] = swapped ? decltype(form)::template of<pack>(b, y[i])
                           : decltype(form)::template of<pack>(y[i], b);
        }
    };
    switch (kind) {
#define LAMINATE_APPLY(operation, form, file) \
    case ir::op::operation: \
        return apply(kernel::form{});
        LAMINATE_BINARY_FUNCTIONS(LAMINATE_APPLY)
#undef LAMINATE_APPLY
    default:
        raise({sentence("defect in Laminate: evaluate lacks ", ir::name(kind))});
    }
}

void apply_joined(const planned& network, const ir::joined& f, const memory& rows,
                  std::size_t position, std::span<float> y) {
    const ir::plan_view plan = network.plan();
    const ir::node& n = plan.nodes[f.node];
    if (f.other != ir::none)
        return apply_binary(n.kind, f.swapped, {rows.read(f.beside) + position * f.pitch, f.units},
                            y);
    const std::span<const ir::tensor> tensors = plan.tensors_of(f.node);
    const auto learned = [&](std::size_t k) { return network.packed().data() + tensors[k].begin; };
    apply_function(n, learned, y);
}

// Step `s` at one position of a row.
void run_at(const planned& network, const ir::step& s, const memory& rows, std::size_t position) {
    const ir::plan_view plan = network.plan();
    const float* const parameters = network.packed().data();
    const ir::call c = ir::call_of(plan, s);
    const float* const from = rows.read(s.reads) + position * s.pitch_read;
    float* const to = rows.written(s.writes) + position * s.pitch_written;
    const std::span<float> y(to, c.outputs);
    switch (c.run) {
#define LAMINATE_RUN(name, ...) \
    case ir::kernel::name: \
        run_row_kernel<ir::kernel::name>( \
            c, from, s.second == ir::none ? nullptr : rows.read(s.reads_second), to); \
        break;
        LAMINATE_ROW_KERNELS(LAMINATE_RUN)
#undef LAMINATE_RUN
    case ir::kernel::dense: {
        const std::span<const ir::tensor> learned = plan.tensors_of(s.node);
        dense(c.dense, from, parameters + learned[0].begin, parameters + learned[1].begin, to);
        break;
    }
    case ir::kernel::conv:
    case ir::kernel::depthwise: {
        const std::span<const ir::tensor> learned = plan.tensors_of(s.node);
        (c.run == ir::kernel::conv ? conv_at : depthwise_at)(
            c.conv, s.padded == ir::none ? from : rows.scratch + s.padded,
            parameters + learned[0].begin, parameters + learned[1].begin, position, y);
        break;
    }
    case ir::kernel::activation:
        std::copy_n(from, c.outputs, to);
        break;
    }
    for (std::size_t e = 0; e < s.epilogue_size; ++e)
        apply_joined(network, s.epilogue[e], rows, position, y);
}

// Step `s` on one row, as model/run.hpp runs it.
void run_step(const planned& network, const ir::step& s, const memory& rows) {
    if (s.padded != ir::none) {
        const float* const from = rows.read(s.reads);
        for (std::size_t i = 0; i < ir::floats_of(s.moves); ++i) {
            const std::size_t at = ir::source(s.moves, i);
            rows.scratch[s.padded + i] = at == ir::none ? 0.0f : from[at];
        }
    }
    for (std::size_t position = 0; position < s.positions; ++position)
        run_at(network, s, rows, position);
}

std::vector<float> scratch_of(const planned& network) {
    return std::vector<float>(network.plan().cost.scratch_bytes / sizeof(float));
}

// A row whose units may be stored in pieces, in the units' order.
std::vector<float> in_order(const float* row, std::size_t units, std::size_t pieces) {
    std::vector<float> ordered(units);
    for (std::size_t u = 0; u < units; ++u)
        ordered[u] = row[unit_position(units, pieces, u)];
    return ordered;
}

} // namespace

std::vector<float> evaluate(const planned& network, std::span<const float> rows) {
    const ir::plan_view plan = network.plan();
    const std::size_t count = rows.size() / network.inputs();
    std::vector<float> out(count * network.outputs());
    std::vector<float> scratch = scratch_of(network);
    for (std::size_t r = 0; r < count; ++r)
        for (const ir::step& s : plan.sequence)
            run_step(network, s,
                     {plan, rows.data() + r * network.inputs(), out.data() + r * network.outputs(),
                      scratch.data()});
    return out;
}

float evaluate_unit(const ir::node& n, float slope, float bias, float x) {
    const auto learned = [&](std::size_t k) { return k == 0 ? &slope : &bias; };
    apply_function(n, learned, {&x, 1});
    return x;
}

std::vector<std::vector<float>> evaluate_nodes(const planned& network, std::span<const float> row) {
    const ir::plan_view plan = network.plan();
    std::vector<std::vector<float>> values(plan.nodes.size());
    std::vector<float> out(network.outputs());
    std::vector<float> scratch = scratch_of(network);
    const memory rows = {plan, row.data(), out.data(), scratch.data()};
    for (const ir::step& s : plan.sequence) {
        run_step(network, s, rows);
        const ir::value& v = plan.values[s.last];
        if (plan.nodes[s.last].kind != ir::op::concat && s.output == ir::none)
            values[v.of] = in_order(rows.written(s.writes), s.positions * s.units, v.pieces);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const ir::value& v = plan.values[i];
        const ir::node& n = plan.nodes[i];
        if (n.kind == ir::op::input) {
            const auto* const first = rows.read(v.at);
            values[i].assign(first, first + n.output.size());
        } else if (n.kind == ir::op::concat) {
            for (std::size_t k = 0; k < ir::max_inputs && n.inputs[k] < i; ++k)
                values[i].insert(values[i].end(), values[n.inputs[k]].begin(),
                                 values[n.inputs[k]].end());
        } else if (v.of != i && !values[v.of].empty()) { // else inside a step
            const auto first = values[v.of].begin() + static_cast<std::ptrdiff_t>(v.first);
            values[i].assign(first, first + static_cast<std::ptrdiff_t>(n.output.size()));
        }
    }
    return values;
}

} // namespace laminate::codegen
