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
    void reserve(std::size_t rows) {
        for (std::size_t s = 0; s + 1 < plan_.steps; ++s) {
            const std::size_t floats = rows * plan_.flows[plan_.sequence[s].last].floats;
            if (values_[s].size() < floats) values_[s].resize(floats);
        }
    }

    // The values that step S writes, or reads.
    template <std::size_t S>
    detail::rows_at<float> target(float* out) {
        if constexpr (S + 1 == plan_.steps) return {out, outputs};
        return {values_[S].data(), plan_.flows[plan_.sequence[S].last].floats};
    }
    template <std::size_t S>
    detail::rows_at<const float> source(const float* in) {
        if constexpr (plan_.sequence[S].source == ir::caller) {
            return {in, inputs};
        } else {
            const detail::rows_at<float> before = target<S - 1>(nullptr);
            return {before.first, before.stride};
        }
    }

    template <std::size_t MaxRows, std::size_t... S>
    void run(const float* in, float* out, std::size_t rows, std::index_sequence<S...>) {
        const float* const parameters = model_->packed().data();
        (detail::run_step<pack::xsimd, plan_type, S, MaxRows>(parameters, source<S>(in),
                                                              target<S>(out), rows),
         ...);
    }
    template <std::size_t MaxRows>
    void run(const float* in, float* out, std::size_t rows) {
        run<MaxRows>(in, out, rows, std::make_index_sequence<plan_.steps>{});
    }

    const Model* model_;
    std::array<std::vector<float>, plan_.steps> values_;
};

template <declared Network, template <std::size_t> class Storage>
unfused_model<basic_model<Network, Storage>> unfused(const basic_model<Network, Storage>& model) {
    return unfused_model<basic_model<Network, Storage>>(model);
}
// It refers to the model.
template <declared Network, template <std::size_t> class Storage>
void unfused(basic_model<Network, Storage>&&) = delete;

} // namespace laminate::inline LAMINATE_ISA
