// SPDX-License-Identifier: MIT
#pragma once

// ONNX Runtime on the file that is written of a model, whatever its layers.

#include "../measure.hpp"
#include "onnxruntime.hpp"

#include <laminate/codegen/from_model.hpp>
#include <laminate/codegen/onnx/write/write_onnx.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace bench {

class onnxruntime_model : onnxruntime_session {
public:
    using onnxruntime_session::name, onnxruntime_session::version;
    using onnxruntime_session::onnxruntime_session;

    void operator()(const float* in, float* out, std::size_t) {
        onnxruntime_session::operator()(in, out);
    }
};

template <class Network>
onnxruntime_model onnxruntime_of(const work& w, const lam::model<Network>& model) {
    const auto bytes = lam::codegen::onnx_bytes(lam::codegen::graph_of(model));
    if (!bytes) {
        std::fprintf(stderr, "%s: %s\n", Network::name, bytes.error().message.c_str());
        std::exit(1);
    }
    static constexpr const auto& plan = lam::plan(Network{});
    const lam::shape& row = plan.nodes[0].output;
    std::vector<std::size_t> outputs;
    for (const auto& p : plan.out)
        outputs.push_back(p.units);
    return {*bytes, w.rows, std::span(row.extent).first(row.rank), outputs};
}

// On `w`, compared with what the model gives when it is first measured. The model must live as long
// as the program.
template <class Network>
void add_onnxruntime(const work& w, const lam::model<Network>& model) {
    const auto run = [w, &model, peer = std::shared_ptr<onnxruntime_model>()](auto& state) mutable {
        if (!peer) {
            peer = std::make_shared<onnxruntime_model>(onnxruntime_of(w, model));
            std::vector<float> expected(w.in.size() / w.inputs * w.outputs);
            model.batch(w.in, expected);
            const auto form = [&](const float* in, float* out, std::size_t rows) {
                (*peer)(in, out, rows);
            };
            must_agree(w, onnxruntime_model::name, form, expected);
        }
        time_calls(state, w, *peer);
    };
    benchmark::RegisterBenchmark((w.name + "/" + onnxruntime_model::name).c_str(), run);
}

} // namespace bench
