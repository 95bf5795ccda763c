// SPDX-License-Identifier: MIT
#pragma once

// oneDNN over maps: additions and activations are post-ops of the convolutions, weights lie as it
// wishes. Its two forms are values in the layout that each primitive chooses for what it is given,
// blocks of channels mostly, and values channels last throughout.

#include "map_layer.hpp"
#include "onednn.hpp"

namespace bench {

class onednn_maps : onednn {
public:
    using onednn::forms, onednn::name, onednn::version;
    static constexpr std::array<std::size_t, 2> tiles = {1, 4};

    onednn_maps(std::span<const map_layer> layers, usage u) : onednn(u) {
        for (const map_layer& l : layers) {
            if (l.learns())
                add_product(l);
            else
                add_pool(l);
            if (l.activation == lam::ir::op::softmax) add_softmax();
            values_.push_back(steps_.back().arguments.at(DNNL_ARG_DST));
        }
        for (const step& s : steps_)
            if (s.arguments.at(DNNL_ARG_SRC).get_data_handle() == nullptr) ++of_input_;
    }

    void operator()(const float* in, float* out) {
        for (std::size_t k = 0; k < of_input_; ++k)
            steps_[k].arguments.at(DNNL_ARG_SRC).set_data_handle(const_cast<float*>(in));
        steps_.back().arguments.at(DNNL_ARG_DST).set_data_handle(out);
        for (step& s : steps_)
            s.run.execute(stream_, s.arguments);
        stream_.wait();
    }

private:
    using dims = dnnl::memory::dims;
    using desc = dnnl::memory::desc;

    static dim d(std::size_t n) { return static_cast<dim>(n); }
    static dims pair(std::size_t rows, std::size_t columns) { return {d(rows), d(columns)}; }
    desc map(const map_extents& e, tag layout) const {
        return {{d(usage_.rows), d(e.channels), d(e.height), d(e.width)},
                dnnl::memory::data_type::f32,
                layout};
    }
    tag layout() const { return usage_.form == 0 ? tag::any : tag::nhwc; }

    dnnl::memory value(const map_layer& l) const {
        return l.reads == l.none ? dnnl::memory(map(l.in, tag::nhwc), engine_, DNNL_MEMORY_NONE)
                                 : values_[l.reads];
    }

    // What a layer reads, in the layout that it wants.
    dnnl::memory reordered(const dnnl::memory& from, const desc& wanted) {
        if (from.get_desc() == wanted) return from;
        const dnnl::memory to(wanted, engine_);
        steps_.push_back({dnnl::reorder(dnnl::reorder::primitive_desc(engine_, from.get_desc(),
                                                                      engine_, wanted)),
                          {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}}});
        return to;
    }

    void add_product(const map_layer& l) {
        const bool each = l.kind == lam::ir::op::depthwise_conv;
        // A sum goes to where its other operand lies, which nobody reads afterwards.
        dnnl::post_ops ops;
        if (l.adds != l.none) ops.append_sum(1.0f);
        const dnnl::primitive_attr after = fused(l.activation, ops);
        const bool last = l.out.positions() == 1 && l.terms() == l.in.size();
        const desc y = l.adds != l.none ? values_[l.adds].get_desc()
                       : last           ? matrix(usage_.rows, l.out.channels, tag::ab)
                                        : map(l.out, layout());
        const dim o = d(l.out.channels), h = d(l.rows.kernel), w = d(l.columns.kernel);
        const dims shape = each ? dims{o, 1, 1, h, w} : dims{o, d(l.in.channels), h, w};
        const auto f32 = dnnl::memory::data_type::f32;
        const desc weights(shape, f32, tag::any), bias({o}, f32, tag::a);
        // [output][row][column][channel]
        const desc plain(shape, f32, each ? tag::goihw : tag::ohwi);
        if (last)
            append(l, inner_product(l, weights, bias, y, after), plain);
        else
            append(l, convolution(l, weights, bias, y, after), plain);
    }

    dnnl::convolution_forward::primitive_desc convolution(const map_layer& l, const desc& weights,
                                                          const desc& bias, const desc& y,
                                                          const dnnl::primitive_attr& after) const {
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto how = dnnl::algorithm::convolution_direct;
        const desc x = map(l.in, layout());
        const dims strides = pair(l.rows.stride, l.columns.stride);
        const dims apart = pair(l.rows.dilation - 1, l.columns.dilation - 1);
        const dims before = pair(l.rows.before, l.columns.before);
        const dims behind = pair(l.rows.after, l.columns.after);
#if DNNL_VERSION_MAJOR >= 3
        return {engine_, kind, how, x, weights, bias, y, strides, apart, before, behind, after};
#else
        return {{kind, how, x, weights, bias, y, strides, apart, before, behind}, after, engine_};
#endif
    }

    dnnl::inner_product_forward::primitive_desc
    inner_product(const map_layer& l, const desc& weights, const desc& bias, const desc& y,
                  const dnnl::primitive_attr& after) const {
        const auto kind = dnnl::prop_kind::forward_inference;
        desc x = map(l.in, layout());
        desc w = weights;
        if (l.reads != l.none && values_[l.reads].get_desc().dims().size() == 2) {
            x = values_[l.reads].get_desc();
            w = matrix(l.out.channels, l.in.channels, tag::any);
        }
#if DNNL_VERSION_MAJOR >= 3
        return {engine_, kind, x, w, bias, y, after};
#else
        return {{kind, x, w, bias, y}, after, engine_};
#endif
    }

    template <class Description>
    void append(const map_layer& l, const Description& chosen, const desc& as_given) {
        const desc wanted = chosen.weights_desc();
        dnnl::memory plain(
            wanted.dims().size() == 2 ? matrix(l.out.channels, l.in.channels, tag::ab) : as_given,
            engine_);
        std::ranges::copy(l.weights, static_cast<float*>(plain.get_data_handle()));
        dnnl::memory packed(wanted, engine_), bias(chosen.bias_desc(), engine_);
        dnnl::reorder(plain, packed).execute(stream_, plain, packed);
        std::ranges::copy(l.bias, static_cast<float*>(bias.get_data_handle()));
        const dnnl::memory x = reordered(value(l), chosen.src_desc());
        const dnnl::memory y =
            l.adds != l.none ? values_[l.adds] : dnnl::memory(chosen.dst_desc(), engine_);
        steps_.push_back({primitive_of(chosen),
                          {{DNNL_ARG_SRC, x},
                           {DNNL_ARG_WEIGHTS, packed},
                           {DNNL_ARG_BIAS, bias},
                           {DNNL_ARG_DST, y}}});
    }
    using onednn::primitive_of;
    static dnnl::primitive primitive_of(const dnnl::convolution_forward::primitive_desc& d) {
        return dnnl::convolution_forward(d);
    }

    void add_pool(const map_layer& l) {
        const auto kind = dnnl::prop_kind::forward_inference;
        const auto how = l.kind == lam::ir::op::max_pool
                             ? dnnl::algorithm::pooling_max
                             : dnnl::algorithm::pooling_avg_exclude_padding;
        const dnnl::memory from = value(l);
        const desc x = from.get_desc(), y = map(l.out, layout());
        const dims strides = pair(l.rows.stride, l.columns.stride);
        const dims window = pair(l.rows.kernel, l.columns.kernel);
        const dims before = pair(l.rows.before, l.columns.before);
        const dims behind = pair(l.rows.after, l.columns.after);
#if DNNL_VERSION_MAJOR >= 3
        const dnnl::pooling_forward::primitive_desc pool(engine_, kind, how, x, y, strides, window,
                                                         pair(0, 0), before, behind);
#else
        const dnnl::pooling_forward::primitive_desc pool(
            {kind, how, x, y, strides, window, before, behind}, engine_);
#endif
        steps_.push_back(
            {dnnl::pooling_forward(pool),
             {{DNNL_ARG_SRC, from}, {DNNL_ARG_DST, dnnl::memory(pool.dst_desc(), engine_)}}});
    }

    std::vector<dnnl::memory> values_; // of each layer
    std::size_t of_input_ = 0;         // how many of the first steps read the input
};

} // namespace bench
