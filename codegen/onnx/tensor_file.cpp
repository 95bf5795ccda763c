// SPDX-License-Identifier: MIT
#include "tensor_file.hpp"

#include "message.hpp"
#include "refusal.hpp"
#include "tensor.hpp"

namespace laminate::codegen::onnx {

result<array> parse_tensor(std::string_view bytes, std::string_view name) try {
    const limits most;
    message::TensorProto tensor;
    if (bytes.size() > most.file_bytes ||
        !tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return error{sentence(name, ": expected an ONNX TensorProto, found other bytes. Is the file "
                              "whole?")};
    budget spent(most);
    const constant read = tensor_reader("", spent).read(tensor, "the tensor");
    return array{{read.shape.begin(), read.shape.end()}, *read.numbers, is_whole(read.type)};
} catch (const refusal& why) {
    return error{sentence(name, ": ", why.what())};
}

} // namespace laminate::codegen::onnx
