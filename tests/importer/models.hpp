// SPDX-License-Identifier: MIT
#pragma once

// Small models made in memory with protobuf's interface. Needs ONNX's messages. Promises a model of
// one graph whose input is 'x' and whose output is 'y' unless a test says otherwise.

#include <laminate/codegen/onnx/import.hpp>

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

namespace laminate::test {

class small_model {
public:
    explicit small_model(std::int64_t opset = 13) {
        model.set_ir_version(7);
        model.mutable_graph()->set_name("small");
        model.add_opset_import()->set_version(opset);
    }

    ::onnx::GraphProto& graph() { return *model.mutable_graph(); }

    // Extents: a number, or a symbol.
    small_model& input(const std::vector<std::string>& extents, const std::string& name = "x",
                       int type = ::onnx::TensorProto::FLOAT) {
        ::onnx::ValueInfoProto& info = *graph().add_input();
        info.set_name(name);
        auto& tensor = *info.mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(type);
        tensor.mutable_shape();
        for (const std::string& extent : extents) {
            auto& dim = *tensor.mutable_shape()->add_dim();
            if (extent[0] >= '0' && extent[0] <= '9')
                dim.set_dim_value(std::stoll(extent));
            else
                dim.set_dim_param(extent);
        }
        return *this;
    }

    small_model& output(const std::string& name = "y") {
        graph().add_output()->set_name(name);
        return *this;
    }

    small_model& floats(const std::string& name, const std::vector<std::int64_t>& shape,
                        const std::vector<float>& numbers) {
        ::onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(::onnx::TensorProto::FLOAT);
        for (std::int64_t extent : shape)
            tensor.add_dims(extent);
        for (float number : numbers)
            tensor.add_float_data(number);
        return *this;
    }

    small_model& integers(const std::string& name, const std::vector<std::int64_t>& numbers) {
        return integers(name, {static_cast<std::int64_t>(numbers.size())}, numbers);
    }
    small_model& integers(const std::string& name, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& numbers) {
        ::onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(::onnx::TensorProto::INT64);
        for (std::int64_t extent : shape)
            tensor.add_dims(extent);
        for (std::int64_t number : numbers)
            tensor.add_int64_data(number);
        return *this;
    }

    small_model& node(const std::string& kind, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs = {"y"}) {
        last_ = graph().add_node();
        last_->set_op_type(kind);
        for (const std::string& name : inputs)
            last_->add_input(name);
        for (const std::string& name : outputs)
            last_->add_output(name);
        return *this;
    }
    small_model& named(const std::string& name) {
        last_->set_name(name);
        return *this;
    }
    small_model& with(const std::string& attribute, std::int64_t number) {
        auto& a = *last_->add_attribute();
        a.set_name(attribute);
        a.set_type(::onnx::AttributeProto::INT);
        a.set_i(number);
        return *this;
    }
    small_model& with(const std::string& attribute, const std::vector<std::int64_t>& numbers) {
        auto& a = *last_->add_attribute();
        a.set_name(attribute);
        a.set_type(::onnx::AttributeProto::INTS);
        for (std::int64_t number : numbers)
            a.add_ints(number);
        return *this;
    }
    small_model& with(const std::string& attribute, const std::string& text) {
        auto& a = *last_->add_attribute();
        a.set_name(attribute);
        a.set_type(::onnx::AttributeProto::STRING);
        a.set_s(text);
        return *this;
    }
    small_model& with(const std::string& attribute, float number) {
        auto& a = *last_->add_attribute();
        a.set_name(attribute);
        a.set_type(::onnx::AttributeProto::FLOAT);
        a.set_f(number);
        return *this;
    }

    std::string bytes() const { return model.SerializeAsString(); }
    result<codegen::onnx::imported>
    import(const codegen::onnx::import_options& options = {}) const {
        return codegen::onnx::import_model_bytes(bytes(), "small.onnx", options);
    }

    ::onnx::ModelProto model;

private:
    ::onnx::NodeProto* last_ = nullptr;
};

} // namespace laminate::test
