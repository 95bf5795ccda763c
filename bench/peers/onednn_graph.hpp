// SPDX-License-Identifier: MIT
#pragma once

// oneDNN on networks that aren't chains: additions and activations are post-ops of the products, a
// layer_norm is a primitive of its own, and what follows it works in place. Rows pass through all
// layers in tiles, as peer.hpp says.

#include "onednn.hpp"

namespace bench {

// A dense layer of a graph and what follows it, in this order: layer_norm, an addition, the
// activation.
struct graph_layer : layer {
    static constexpr std::size_t none = lam::ir::none;

    std::size_t reads = none;        // the layer whose value it reads; none: the input
    std::vector<float> scale, shift; // of layer_norm; else empty
    float epsilon = 0.0f;
    std::size_t adds = none;         // the layer whose value it adds, if any
    std::size_t output_begin = none; // of an output, where it begins in a row of all outputs
};

class onednn_graph : onednn {
public:
    using onednn::forms, onednn::name, onednn::version;

    onednn_graph(std::span<const graph_layer> layers, usage u) : onednn(u) {
        for (const graph_layer& l : layers) {
            add(l);
            ends_.push_back(steps_.size() - 1);
            if (l.output_begin != graph_layer::none)
                outputs_.push_back({ends_.back(), l.output_begin, l.outputs});
        }
        inputs_ = layers.front().inputs;
    }

    // Any multiple of the tile's rows; an output's rows lie before those of the next.
    void operator()(const float* in, float* out, std::size_t rows) {
        for (std::size_t row = 0; row < rows; row += usage_.rows) {
            for (const std::size_t k : reads_input_)
                steps_[k]
                    .arguments.at(DNNL_ARG_SRC)
                    .set_data_handle(const_cast<float*>(in + row * inputs_));
            for (const output& o : outputs_)
                steps_[o.step]
                    .arguments.at(DNNL_ARG_DST)
                    .set_data_handle(out + o.begin * rows + row * o.units);
            for (step& s : steps_)
                s.run.execute(stream_, s.arguments);
            stream_.wait();
        }
    }
    const usage& how() const { return usage_; }

private:
    struct output {
        std::size_t step, begin, units;
    };

    void add(const graph_layer& l) {
        const bool normed = !l.scale.empty();
        const auto rows = matrix(usage_.rows, l.outputs, tag::ab);
        dnnl::post_ops ops;
        if (l.adds != graph_layer::none) ops.append_binary(dnnl::algorithm::binary_add, rows);
        add_product(l, fused(normed ? lam::ir::op::linear : l.activation, ops));
        step& s = steps_.back();
        if (l.reads == graph_layer::none)
            reads_input_.push_back(steps_.size() - 1);
        else
            s.arguments.insert_or_assign(DNNL_ARG_SRC, value(l.reads));
        if (l.adds != graph_layer::none)
            s.arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, value(l.adds));
        if (normed) add_norm(l, rows);
    }

    dnnl::memory value(std::size_t layer) const {
        return steps_[ends_[layer]].arguments.at(DNNL_ARG_DST);
    }
    dnnl::memory vector(const std::vector<float>& numbers) const {
        const dnnl::memory m(
            {{static_cast<dim>(numbers.size())}, dnnl::memory::data_type::f32, tag::a}, engine_);
        std::ranges::copy(numbers, static_cast<float*>(m.get_data_handle()));
        return m;
    }

    void add_norm(const graph_layer& l, const dnnl::memory::desc& rows) {
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto flags =
            dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
        const auto relu = dnnl::algorithm::eltwise_relu;
        if (l.activation != lam::ir::op::relu) throw peer_cannot(l.activation);
#if DNNL_VERSION_MAJOR >= 3
        const dnnl::layer_normalization_forward::primitive_desc norm(engine_, kind, rows, rows,
                                                                     l.epsilon, flags);
        const dnnl::eltwise_forward::primitive_desc after(engine_, kind, relu, rows, rows, 0.0f);
#else
        const dnnl::layer_normalization_forward::primitive_desc norm({kind, rows, l.epsilon, flags},
                                                                     engine_);
        const dnnl::eltwise_forward::primitive_desc after({kind, relu, rows, 0.0f, 0.0f}, engine_);
#endif
        append(dnnl::layer_normalization_forward(norm), rows, rows,
               {{DNNL_ARG_SCALE, vector(l.scale)}, {DNNL_ARG_SHIFT, vector(l.shift)}});
        const dnnl::memory to = steps_.back().arguments.at(DNNL_ARG_DST);
        append(dnnl::eltwise_forward(after), rows, rows, {{DNNL_ARG_DST, to}});
    }

    std::size_t inputs_ = 0;
    std::vector<std::size_t> ends_; // of each layer, its last step
    std::vector<std::size_t> reads_input_;
    std::vector<output> outputs_;
};

} // namespace bench
