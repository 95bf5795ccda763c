// SPDX-License-Identifier: MIT
#pragma once

// ONNX Runtime as a peer: a model of fixed size made in memory, every optimisation of the graph,
// one thread, and inputs and outputs bound once; a call copies its rows there and back. One form.

#include "onnx_model.hpp"

#include <onnxruntime_cxx_api.h>

namespace bench {

class onnxruntime {
public:
    static constexpr const char* name = "ONNX Runtime";
    static constexpr int forms = 1;
    static std::string version() { return OrtGetApiBase()->GetVersionString(); }

    onnxruntime(std::span<const layer> layers, usage u)
        : session_(open(onnx::model(layers, u.rows))),
          binding_(session_),
          in_(u.rows * layers.front().inputs),
          out_(u.rows * layers.back().outputs) {
        const auto rows = static_cast<std::int64_t>(u.rows);
        bind(&Ort::IoBinding::BindInput, "in", in_, rows);
        bind(&Ort::IoBinding::BindOutput, "out", out_, rows);
    }

    void operator()(const float* in, float* out) {
        std::copy_n(in, in_.size(), in_.data());
        session_.Run(Ort::RunOptions{nullptr}, binding_);
        std::copy_n(out_.data(), out_.size(), out);
    }

private:
    static Ort::Session open(const std::string& model) {
        static const Ort::Env environment(ORT_LOGGING_LEVEL_ERROR, "bench");
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(1);
        options.SetInterOpNumThreads(1);
        options.SetExecutionMode(ExecutionMode::ORT_SEQUENTIAL);
        options.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
        return Ort::Session(environment, model.data(), model.size(), options);
    }

    void bind(void (Ort::IoBinding::*bound)(const char*, const Ort::Value&), const char* value,
              aligned_floats& values, std::int64_t rows) {
        const std::int64_t shape[] = {rows, static_cast<std::int64_t>(values.size()) / rows};
        const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
        (binding_.*bound)(
            value, Ort::Value::CreateTensor<float>(memory, values.data(), values.size(), shape, 2));
    }

    Ort::Session session_;
    Ort::IoBinding binding_;
    aligned_floats in_;
    aligned_floats out_;
};

} // namespace bench
