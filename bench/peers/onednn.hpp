// SPDX-License-Identifier: MIT
#pragma once

// oneDNN (2 and 3) as a peer: inner products with the activation fused, and weights in the layout
// that it chooses itself; softmax as a primitive of its own. Its two forms are inner_product and
// matmul. The thread count is OMP_NUM_THREADS, which report.py sets to 1.

#include "peer.hpp"

#include <dnnl.hpp>

#include <optional>
#include <unordered_map>

namespace bench {

class onednn {
public:
    static constexpr const char* name = "oneDNN";
    static constexpr int forms = 2;
    static std::string version() {
        const dnnl_version_t& v = *dnnl_version();
        return std::to_string(v.major) + "." + std::to_string(v.minor) + "." +
               std::to_string(v.patch);
    }

    onednn(std::span<const layer> layers, usage u) : usage_(u) {
        for (const layer& l : layers)
            add(l);
    }

    void operator()(const float* in, float* out) {
        // Values between layers have their own memory; the caller's is set at both ends.
        steps_.front().arguments.at(DNNL_ARG_SRC).set_data_handle(const_cast<float*>(in));
        steps_.back().arguments.at(DNNL_ARG_DST).set_data_handle(out);
        for (step& s : steps_)
            s.run.execute(stream_, s.arguments);
        stream_.wait();
    }

protected:
    explicit onednn(usage u) : usage_(u) {}

    using tag = dnnl::memory::format_tag;
    using dim = dnnl::memory::dim;

    struct step {
        dnnl::primitive run;
        std::unordered_map<int, dnnl::memory> arguments;
    };

    static dnnl::memory::desc matrix(std::size_t rows, std::size_t columns, tag layout) {
        return {{static_cast<dim>(rows), static_cast<dim>(columns)},
                dnnl::memory::data_type::f32,
                layout};
    }

    // What follows a product; `ops` has what comes before the activation.
    static dnnl::primitive_attr fused(lam::ir::op activation, dnnl::post_ops ops = {}) {
        using enum lam::ir::op;
        const auto append = [&ops](dnnl::algorithm f) {
#if DNNL_VERSION_MAJOR >= 3
            ops.append_eltwise(f, 0.0f, 0.0f);
#else
            ops.append_eltwise(1.0f, f, 0.0f, 0.0f);
#endif
        };
        if (activation == relu)
            append(dnnl::algorithm::eltwise_relu);
        else if (activation == tanh)
            append(dnnl::algorithm::eltwise_tanh);
        else if (activation != linear && activation != softmax)
            throw peer_cannot(activation);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(ops);
        return attributes;
    }

    dnnl::inner_product_forward::primitive_desc
    inner_product(const layer& l, const dnnl::primitive_attr& after) const {
        const auto x = matrix(usage_.rows, l.inputs, tag::ab);
        const auto w = matrix(l.outputs, l.inputs, tag::any);
        const dnnl::memory::desc b({static_cast<dim>(l.outputs)}, dnnl::memory::data_type::f32,
                                   tag::a);
        const auto y = matrix(usage_.rows, l.outputs, tag::ab);
        const auto kind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
        return {engine_, kind, x, w, b, y, after};
#else
        return {{kind, x, w, b, y}, after, engine_};
#endif
    }

    dnnl::matmul::primitive_desc matmul(const layer& l, const dnnl::primitive_attr& after) const {
        const auto x = matrix(usage_.rows, l.inputs, tag::ab);
        const auto w = matrix(l.inputs, l.outputs, tag::any);
        const auto b = matrix(1, l.outputs, tag::ab);
        const auto y = matrix(usage_.rows, l.outputs, tag::ab);
#if DNNL_VERSION_MAJOR >= 3
        return {engine_, x, w, b, y, after};
#else
        return {{x, w, b, y}, after, engine_};
#endif
    }

    dnnl::softmax_forward::primitive_desc softmax(const dnnl::memory::desc& rows) const {
        const auto kind = dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
        return {engine_, kind, dnnl::algorithm::softmax_accurate, rows, rows, 1};
#else
        return {{kind, rows, 1}, engine_};
#endif
    }

    void add(const layer& l) {
        add_product(l, fused(l.activation));
        if (l.activation == lam::ir::op::softmax) add_softmax();
    }

    void add_product(const layer& l, const dnnl::primitive_attr& after) {
        if (usage_.form == 1)
            add_product(l, matmul(l, after),
                        dnnl::memory(matrix(l.inputs, l.outputs, tag::ba), engine_));
        else
            add_product(l, inner_product(l, after),
                        dnnl::memory(matrix(l.outputs, l.inputs, tag::ab), engine_));
    }

    // `plain` has the shape that the primitive expects, over weights [output][input].
    template <class Description>
    void add_product(const layer& l, const Description& chosen, dnnl::memory plain) {
        std::ranges::copy(l.weights, static_cast<float*>(plain.get_data_handle()));
        dnnl::memory packed(chosen.weights_desc(), engine_);
        dnnl::reorder(plain, packed).execute(stream_, plain, packed);
        dnnl::memory bias(chosen.bias_desc(), engine_);
        std::ranges::copy(l.bias, static_cast<float*>(bias.get_data_handle()));
        append(primitive_of(chosen), chosen.src_desc(), chosen.dst_desc(),
               {{DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, bias}});
    }
    static dnnl::primitive primitive_of(const dnnl::inner_product_forward::primitive_desc& d) {
        return dnnl::inner_product_forward(d);
    }
    static dnnl::primitive primitive_of(const dnnl::matmul::primitive_desc& d) {
        return dnnl::matmul(d);
    }

    void add_softmax() {
        const auto rows = steps_.back().arguments.at(DNNL_ARG_DST).get_desc();
        append(dnnl::softmax_forward(softmax(rows)), rows, rows, {});
    }

    void append(dnnl::primitive run, const dnnl::memory::desc& x, const dnnl::memory::desc& y,
                std::unordered_map<int, dnnl::memory> arguments) {
        arguments.emplace(DNNL_ARG_SRC, steps_.empty() ? dnnl::memory(x, engine_, DNNL_MEMORY_NONE)
                                                       : steps_.back().arguments.at(DNNL_ARG_DST));
        arguments.emplace(DNNL_ARG_DST, dnnl::memory(y, engine_));
        steps_.push_back({std::move(run), std::move(arguments)});
    }

    usage usage_;
    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::vector<step> steps_;
};

} // namespace bench
