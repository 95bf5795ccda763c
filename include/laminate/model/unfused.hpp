// SPDX-License-Identifier: MIT
#pragma once

// The unfused form of a model, for benchmarks: every layer and every activation is its own pass
// over all rows, through memory of its own, as a framework without fusion runs it. Needs a model,
// which it refers to. Promises the bits of the model. (<laminate/codegen/bench.hpp> times both
// forms, and plain loops, in a line.)

#include <array>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"
#include "model.hpp"

namespace laminate::inline LAMINATE_ISA {

template <class Model>
class unfused_model {
    using network = typename Model::network;
    using plan_type = detail::static_plan<network, ir::fusion::off>;
    static constexpr const auto& plan_ = plan_type::value;

public:
    static constexpr std::size_t inputs = Model::inputs;
    static constexpr std::size_t outputs = Model::outputs;

    explicit unfused_model(const Model& model) : model_(&model) { reserve(1); }
    // A move would leave one without its memory.
    unfused_model(const unfused_model&) = default;
    unfused_model& operator=(const unfused_model&) = default;
    ~unfused_model() = default;

    std::array<float, outputs> operator()(std::span<const float, inputs> in) {
        std::array<float, outputs> out = {};
        run<1>(in.data(), out.data(), 1);
        return out;
    }
    void operator()(std::span<const float, inputs> in, std::span<float, outputs> out) {
        run<1>(in.data(), out.data(), 1);
    }

    // Any number of rows; allocates when there are more than ever before.
    template <class In, class Out>
    void batch(const In& in, Out&& out) {
        const std::span<const float> x = detail::flat<const float, inputs>(in);
        const std::span<float> y = detail::flat<float, outputs>(out);
        const std::size_t rows = x.size() / inputs;
        if (x.size() % inputs != 0 || y.size() != rows * outputs)
            detail::stop("batch() needs a row out for each row in, in floats", rows * outputs,
                         y.size());
        if (const std::size_t common = detail::shared_floats(x, y))
            detail::stop("batch() needs rows out that share no memory with the rows in, in floats",
                         0, common);
        reserve(rows);
        run<detail::max_tile_rows>(x.data(), y.data(), rows);
    }

private:
    // The rows that a node's value lies in, of all that there are.
    static constexpr std::size_t row_floats(std::size_t row) { return plan_.values[row].floats; }

    // Each row of the plan has memory of its own, `rows` of them one behind the other.
    struct apart {
        detail::callers_rows<plan_type> callers;
        float* memory;
        std::size_t rows;

        template <std::size_t Step>
        detail::rows_at<const float> read() const {
            return at<plan_.sequence[Step].input>(plan_.sequence[Step].reads);
        }
        template <std::size_t Step>
        detail::rows_at<const float> read_second() const {
            return at<plan_.sequence[Step].second>(plan_.sequence[Step].reads_second);
        }
        template <std::size_t Step, std::size_t E>
        detail::rows_at<const float> beside() const {
            return at<plan_.sequence[Step].epilogue[E].other>(
                plan_.sequence[Step].epilogue[E].beside);
        }
        template <std::size_t Step>
        detail::rows_at<float> written() const {
            constexpr ir::place p = plan_.sequence[Step].writes;
            if constexpr (p.in == ir::memory::output)
                return {callers.out[p.index] + p.offset, plan_.out[p.index].units};
            else
                return own<plan_.sequence[Step].last>(p);
        }
        template <std::size_t Step>
        detail::rows_at<float> padded() const {
            return {memory + rows * plan_.sequence[Step].padded,
                    ir::floats_of(plan_.sequence[Step].moves)};
        }
        template <std::size_t Node>
        static constexpr std::size_t stride(ir::place p) {
            return p.in == ir::memory::scratch ? row_floats(ir::row_of(plan_.values, Node))
                                               : plan_.view().stride(p);
        }
        template <std::size_t Step>
        static constexpr std::size_t
            written_stride = stride<plan_.sequence[Step].last>(plan_.sequence[Step].writes);
        template <std::size_t Step, std::size_t E>
        static constexpr std::size_t beside_stride =
            stride<plan_.sequence[Step].epilogue[E].other>(plan_.sequence[Step].epilogue[E].beside);

    private:
        template <std::size_t Node>
        detail::rows_at<float> own(ir::place p) const {
            constexpr std::size_t row = ir::row_of(plan_.values, Node);
            constexpr std::size_t begin = plan_.values[row].at.offset;
            return {memory + rows * begin + (p.offset - begin), row_floats(row)};
        }
        template <std::size_t Node>
        detail::rows_at<const float> at(ir::place p) const {
            if (p.in == ir::memory::input)
                return {callers.in[p.index] + p.offset, plan_.in[p.index].units};
            if (p.in == ir::memory::output)
                return {callers.out[p.index] + p.offset, plan_.out[p.index].units};
            const detail::rows_at<float> rows_of_node = own<Node>(p);
            return {rows_of_node.first, rows_of_node.stride};
        }
    };

    void reserve(std::size_t rows) {
        const std::size_t floats = rows * (plan_.scratch_bytes / sizeof(float));
        if (memory_.size() < floats) memory_.resize(floats);
    }

    template <std::size_t MaxRows, std::size_t... S>
    void run(const apart& memory, std::size_t rows, std::index_sequence<S...>) {
        const float* const parameters = model_->packed().data();
        (detail::run_step<pack::xsimd, plan_type, S, MaxRows>(parameters, memory, rows), ...);
    }
    template <std::size_t MaxRows>
    void run(const float* in, float* out, std::size_t rows) {
        run<MaxRows>(apart{{{in}, {out}}, memory_.data(), rows}, rows,
                     std::make_index_sequence<plan_.steps>{});
    }

    const Model* model_;
    std::vector<float> memory_;
};

template <declared Network, template <std::size_t> class Storage>
unfused_model<basic_model<Network, Storage>> unfused(const basic_model<Network, Storage>& model) {
    return unfused_model<basic_model<Network, Storage>>(model);
}
// It refers to the model.
template <declared Network, template <std::size_t> class Storage>
void unfused(basic_model<Network, Storage>&&) = delete;

} // namespace laminate::inline LAMINATE_ISA
