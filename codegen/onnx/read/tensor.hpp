// SPDX-License-Identifier: MIT
#pragma once

// Tensors of a file as constants: raw and typed data, external files. Needs the folder that
// external data may lie in. Promises that no number is read before the bytes are known to be there,
// and that no file outside of the folder is opened.

#include <string>

#include "../import.hpp"
#include "budget.hpp"
#include "message_fwd.hpp"
#include "value.hpp"

namespace laminate::codegen::onnx {

class tensor_reader {
public:
    // No folder: external data is refused, as for a model in memory.
    tensor_reader(std::string folder, budget& spent) : folder_(std::move(folder)), spent_(spent) {}

    budget& spent() const { return spent_; }

    // `where` is how messages call the tensor.
    constant read(const message::TensorProto& tensor, const std::string& where) const;

private:
    std::string external(const message::TensorProto& tensor, std::size_t bytes,
                         const std::string& where) const;

    std::string folder_;
    budget& spent_;
};

// A file that is one TensorProto, as test data of models is; `name` stands for it in messages.
result<array> parse_tensor(std::string_view bytes, const std::string& name);

} // namespace laminate::codegen::onnx
