// SPDX-License-Identifier: MIT
#pragma once

// ONNX Runtime as a peer: a model of fixed size, every optimisation of the graph, one thread, and
// inputs and outputs bound once; a call copies its rows there and back. One form.

#include "onnx_model.hpp"

#include <onnxruntime_cxx_api.h>

namespace bench {

// A model of one input, a row of which has these extents, and outputs of so many each. An output's
// rows lie before those of the next.
class onnxruntime_session {
public:
    static constexpr const char* name = "ONNX Runtime";
    static std::string version() { return OrtGetApiBase()->GetVersionString(); }

    onnxruntime_session(const std::string& model, std::size_t rows,
                        std::span<const std::size_t> extents, std::span<const std::size_t> outputs)
        : session_(open(model)), binding_(session_), in_(rows * product(extents)) {
        const Ort::AllocatorWithDefaultOptions memory;
        binding_.BindInput(session_.GetInputNameAllocated(0, memory).get(),
                           value(in_, rows, extents));
        for (const std::size_t units : outputs) {
            const auto called = session_.GetOutputNameAllocated(out_.size(), memory);
            aligned_floats& floats = out_.emplace_back(rows * units);
            binding_.BindOutput(called.get(), value(floats, rows, std::array{units}));
        }
    }

    void operator()(const float* in, float* out) {
        std::copy_n(in, in_.size(), in_.data());
        session_.Run(Ort::RunOptions{nullptr}, binding_);
        for (const aligned_floats& floats : out_)
            out = std::copy_n(floats.data(), floats.size(), out);
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
    static std::size_t product(std::span<const std::size_t> extents) {
        std::size_t floats = 1;
        for (const std::size_t extent : extents)
            floats *= extent;
        return floats;
    }
    static Ort::Value value(aligned_floats& floats, std::size_t rows,
                            std::span<const std::size_t> extents) {
        std::vector<std::int64_t> shape = {static_cast<std::int64_t>(rows)};
        for (const std::size_t extent : extents)
            shape.push_back(static_cast<std::int64_t>(extent));
        const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
        return Ort::Value::CreateTensor<float>(memory, floats.data(), floats.size(), shape.data(),
                                               shape.size());
    }

    Ort::Session session_;
    Ort::IoBinding binding_;
    aligned_floats in_;
    std::vector<aligned_floats> out_;
};

class onnxruntime : public onnxruntime_session {
public:
    static constexpr int forms = 1;

    onnxruntime(std::span<const layer> layers, usage u)
        : onnxruntime_session(onnx::model(layers, u.rows), u.rows,
                              std::array{layers.front().inputs},
                              std::array{layers.back().outputs}) {}
};

} // namespace bench
