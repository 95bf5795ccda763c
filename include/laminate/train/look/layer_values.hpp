// SPDX-License-Identifier: MIT
#pragma once

// The values of all layers of a model for rows of inputs, for whoever wants to look inside. Needs
// the passes of training. Promises the values that the model computes, without dropout.

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

#include "../../base/compiler.hpp"
#include "../../ir/describe.hpp"
#include "../../model/model.hpp"
#include "../../pack/xsimd.hpp"
#include "../steps/buffer.hpp"
#include "../steps/pass.hpp"
#include "../steps/row_view.hpp"

namespace laminate::inline LAMINATE_ISA {

// A value is that of one stage of training: a dense layer with the activation behind it, or any
// other layer that does something.
template <declared Network>
class layer_values {
    using network = std::remove_cvref_t<Network>;
    using pass = training::pass<pack::xsimd, network>;
    static constexpr const auto& plan_ = pass::plan;

public:
    static constexpr std::size_t count = pass::count;

    explicit layer_values(std::size_t rows)
        : capacity_(whole_lines(rows)), memory_(capacity_ * pass::layout.floats) {}
    // It stays where it is made: what was moved from would have no memory.
    layer_values(const layer_values&) = delete;
    layer_values& operator=(const layer_values&) = delete;
    ~layer_values() = default;

    // Whole rows, at most as many as there is room for; of several inputs a std::tuple of them.
    template <template <std::size_t> class Storage, class In>
    void run(const basic_model<network, Storage>& model, const In& x) {
        training::workspace w = workspace();
        rows_ = training::take_inputs<typename pass::plan_type>(
            x, w, "layer_values needs whole rows, as many of each input, in floats");
        if (rows_ > capacity_)
            detail::stop("layer_values has no room for so many rows", capacity_, rows_);
        w.parameters = model.packed().data();
        pass(w).forward(0, rows_);
    }

    [[nodiscard]] std::size_t rows() const { return rows_; }

    // The node whose value number s is, its place among the network's layers, and its text.
    static constexpr ir::node node(std::size_t s) { return plan_.nodes[pass::stages.at[s].last]; }
    static constexpr std::size_t layer(std::size_t s) { return pass::stages.at[s].last - 1; }
    static std::string text(std::size_t s) {
        const training::stage stage = pass::stages.at[s];
        std::string first = sentence(stage.node - 1, " ", ir::text::layer(plan_.nodes[stage.node]));
        if (stage.last != stage.node)
            first += sentence(" | ", ir::text::layer(plan_.nodes[stage.last]));
        return first;
    }
    static constexpr std::size_t units(std::size_t s) { return width(node(s).output); }

    [[nodiscard]] row_view operator()(std::size_t s) const {
        return pass(workspace()).value_view(s, rows_);
    }

private:
    training::workspace workspace() const {
        training::workspace w = {};
        w.rows = memory_.data();
        w.capacity = capacity_;
        return w;
    }

    std::size_t capacity_;
    training::buffer memory_;
    std::size_t rows_ = 0;
};

} // namespace laminate::inline LAMINATE_ISA
