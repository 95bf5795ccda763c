// SPDX-License-Identifier: MIT
#pragma once

// A network as the bytes of an ONNX model, for peers that read one: Gemm and an activation for each
// layer, a fixed number of rows, opset 13. Writes protobuf's wire format, of which it needs three
// kinds of fields; the numbers are those of onnx.proto.

#include "peer.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

namespace bench {

class protobuf_message {
public:
    protobuf_message& number(unsigned field, std::uint64_t value) {
        varint(field << 3);
        varint(value);
        return *this;
    }
    protobuf_message& bytes(unsigned field, std::string_view value) {
        varint(field << 3 | 2);
        varint(value.size());
        bytes_ += value;
        return *this;
    }
    protobuf_message& message(unsigned field, const protobuf_message& value) {
        return bytes(field, value.bytes_);
    }
    const std::string& text() const { return bytes_; }

private:
    void varint(std::uint64_t value) {
        for (; value >= 128; value >>= 7)
            bytes_ += static_cast<char>((value & 127) | 128);
        bytes_ += static_cast<char>(value);
    }

    std::string bytes_;
};

namespace onnx {

constexpr std::uint64_t float_type = 1;

inline protobuf_message tensor(const std::string& name, std::span<const std::size_t> shape,
                               std::span<const float> values) {
    protobuf_message t;
    for (const std::size_t size : shape)
        t.number(1, size);
    std::string raw(values.size_bytes(), '\0');
    std::memcpy(raw.data(), values.data(), raw.size());
    return t.number(2, float_type).bytes(8, name).bytes(9, raw);
}

// An input or output of the graph.
inline protobuf_message matrix_info(const std::string& name, std::size_t rows,
                                    std::size_t columns) {
    const auto shape = protobuf_message()
                           .message(1, protobuf_message().number(1, rows))
                           .message(1, protobuf_message().number(1, columns));
    const auto type = protobuf_message().number(1, float_type).message(2, shape);
    return protobuf_message().bytes(1, name).message(2, protobuf_message().message(1, type));
}

inline protobuf_message gemm(const std::string& x, const std::string& k, const std::string& y) {
    constexpr std::uint64_t int_type = 2;
    const auto transposed = protobuf_message().bytes(1, "transB").number(3, 1).number(20, int_type);
    return protobuf_message()
        .bytes(1, x)
        .bytes(1, "weight" + k)
        .bytes(1, "bias" + k)
        .bytes(2, y)
        .bytes(4, "Gemm")
        .message(5, transposed);
}

inline const char* operator_name(lam::ir::op activation) {
    using enum lam::ir::op;
    switch (activation) {
    case relu:
        return "Relu";
    case tanh:
        return "Tanh";
    case softmax:
        return "Softmax";
    default:
        throw peer_cannot(activation);
    }
}

inline std::string model(std::span<const layer> layers, std::size_t rows) {
    protobuf_message graph;
    std::string x = "in";
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const layer& l = layers[i];
        const std::string k = std::to_string(i);
        const std::string last = i + 1 == layers.size() ? "out" : "y" + k;
        const bool plain = l.activation == lam::ir::op::linear;
        const std::string product = plain ? last : "product" + k;
        graph.message(1, gemm(x, k, product));
        if (!plain)
            graph.message(1, protobuf_message()
                                 .bytes(1, product)
                                 .bytes(2, last)
                                 .bytes(4, operator_name(l.activation)));
        graph.message(5, tensor("weight" + k, std::array{l.outputs, l.inputs}, l.weights));
        graph.message(5, tensor("bias" + k, std::array{l.outputs}, l.bias));
        x = last;
    }
    graph.bytes(2, "network")
        .message(11, matrix_info("in", rows, layers.front().inputs))
        .message(12, matrix_info("out", rows, layers.back().outputs));
    constexpr std::uint64_t ir_version = 7, opset = 13;
    return protobuf_message()
        .number(1, ir_version)
        .message(7, graph)
        .message(8, protobuf_message().bytes(1, "").number(2, opset))
        .text();
}

} // namespace onnx

} // namespace bench
