// SPDX-License-Identifier: MIT
#pragma once

// A batch computed by several threads: its rows are cut into parts, and an executor of the caller's
// runs them. Needs a model; brings no threads of its own (threads.hpp does). Promises the bits of
// batch(), whatever the number of threads and whichever of them computes a part.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "../base/compiler.hpp"
#include "model.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// A part has at least so many multiply-adds to do: about 8 us of a core with AVX-512. Passing a
// part on costs 0.1 us with `threads` and a few times that with most task libraries.
inline constexpr std::size_t part_multiply_adds = std::size_t{1} << 20;

// The rows of a part: whole tiles, though smaller ones than batch() takes, and whole cache lines of
// results, so that no line is written by two threads if the first result starts one.
template <class Model>
constexpr std::size_t part_rows() {
    constexpr const auto& plan = plan_of<typename Model::network, ir::fusion::on>;
    constexpr std::size_t tile = std::min(tile_rows(plan), ir::few_tile_rows);
    constexpr std::size_t line = line_floats / std::gcd(line_floats, Model::outputs);
    constexpr std::size_t unit = std::lcm(tile, line);
    constexpr std::size_t row = plan.multiply_adds + Model::inputs + Model::outputs;
    return (part_multiply_adds / row / unit + 1) * unit;
}

// Computes part number `part`. Made to be copied: it refers to the model and the rows.
template <class Model>
class batch_part {
public:
    batch_part(const Model& model, std::span<const float> in, std::span<float> out)
        : model_(&model), in_(in), out_(out) {}

    void operator()(std::size_t part) const noexcept {
        constexpr std::size_t rows = part_rows<Model>();
        model_->batch(slice(in_, part, rows * Model::inputs),
                      slice(out_, part, rows * Model::outputs));
    }

private:
    template <class Float>
    static std::span<Float> slice(std::span<Float> all, std::size_t part, std::size_t floats) {
        const std::size_t first = part * floats;
        return all.subspan(first, std::min(floats, all.size() - first));
    }

    const Model* model_;
    std::span<const float> in_;
    std::span<float> out_;
};

} // namespace detail

// batch(in, out), cut into parts. `executor(parts, task)` calls task(0), ..., task(parts - 1), each
// once, on threads of its choice and in any order, and returns when all of them have returned; task
// is copyable and never throws. What the executor throws is passed on, and then rows out may be
// written or not. A batch too small to be cut is computed by the calling thread.
template <declared Network, template <std::size_t> class Storage, class In, class Out,
          class Executor>
void parallel_batch(const basic_model<Network, Storage>& model, const In& in, Out&& out,
                    Executor&& executor) {
    using model_type = basic_model<Network, Storage>;
    using task = detail::batch_part<model_type>;
    constexpr bool runs_parts = std::invocable<Executor&, std::size_t, const task&>;
    static_assert(runs_parts,
                  "Laminate: parallel_batch() needs an executor that can be called as "
                  "executor(parts, task), where parts is a std::size_t and task a function of a "
                  "std::size_t; laminate::threads is one");
    const std::span<const float> x = detail::flat<const float, model_type::inputs>(in);
    const std::span<float> y = detail::flat<float, model_type::outputs>(out);
    constexpr std::size_t part = detail::part_rows<model_type>();
    const std::size_t rows = x.size() / model_type::inputs;
    const bool whole = x.size() % model_type::inputs == 0 && y.size() == rows * model_type::outputs;
    // What isn't whole rows, apart from each other, is for batch() to refuse.
    if (!whole || detail::shared_floats(x, y) != 0 || rows <= part)
        model.batch(x, y);
    else if constexpr (runs_parts)
        std::invoke(executor, (rows + part - 1) / part, task(model, x, y));
}

} // namespace laminate::inline LAMINATE_ISA
