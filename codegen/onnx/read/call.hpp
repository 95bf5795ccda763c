// SPDX-License-Identifier: MIT
#pragma once

// One node of the file's graph, as a rule sees it: its inputs' values, its attributes, and where
// its outputs go. Needs a node whose inputs are known. Promises that whatever a rule asks for has
// the type it asked for, or the import is refused with the node's name.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "builder.hpp"
#include "message_fwd.hpp"
#include "tensor.hpp"
#include "value.hpp"

namespace laminate::codegen::onnx {

std::string operator_of(const message::NodeProto& node); // Gemm, or com.example.Scale
std::string describe(const message::NodeProto& node);    // Gemm 'fc1'

using integers = std::vector<std::int64_t>;

class call {
public:
    call(const message::NodeProto& node, std::int64_t opset, std::vector<const value*> inputs,
         builder& network, const tensor_reader& tensors);

    std::int64_t opset() const { return opset_; }
    const std::string& name() const; // of the operator
    builder& network() const { return network_; }
    budget& spent() const { return tensors_.spent(); }

    // Inputs. An optional one is missing when its name is empty.
    std::size_t inputs() const { return inputs_.size(); }
    bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i] != nullptr; }
    const value& in(std::size_t i) const;
    const dims& shape(std::size_t i) const { return shape_of(in(i)); }
    const flow* flow_at(std::size_t i) const { return std::get_if<flow>(&in(i)); }
    const constant* constant_at(std::size_t i) const { return std::get_if<constant>(&in(i)); }
    bool all_constant() const;
    const std::string& input_name(std::size_t i) const; // in the file
    // An input that has to be known now.
    const constant& known(std::size_t i, const char* what) const;
    integers known_integers(std::size_t i, const char* what) const;

    // Attributes, with their default where they are missing.
    bool has_attribute(const char* attribute) const;
    double number(const char* attribute, double otherwise) const;
    std::int64_t integer(const char* attribute, std::int64_t otherwise) const;
    std::string text(const char* attribute, const char* otherwise) const;
    std::optional<integers> integer_list(const char* attribute) const;
    std::optional<std::vector<double>> number_list(const char* attribute) const;
    std::optional<constant> tensor(const char* attribute) const;
    // From an attribute up to `until`, from input i from then on.
    std::optional<integers> integers_by_opset(const char* attribute, std::size_t i,
                                              std::int64_t until) const;

    // Outputs.
    std::size_t outputs() const { return results_.size(); }
    bool wants(std::size_t i) const;
    void set(value v, std::size_t i = 0);
    // Elements of a value, which take up memory where strides can't say which they are.
    value picked(const value& from, dims shape, const selection& sources, std::size_t batch) const;
    // Output i: elements of input 0, found by walking it.
    void move(dims shape, const integers& step, std::int64_t first, std::size_t batch,
              std::size_t i = 0);
    // Refuse a value that is too large; one of them is called before it is made, the second where
    // it may take up no memory.
    void allow(const dims& shape) const;
    void expect_room(const dims& shape) const;
    void allow_work(std::size_t a, std::size_t b, std::size_t c) const;

    std::vector<std::optional<value>>& results() { return results_; }
    // Refuses attributes that no rule asked for: their meaning is unknown.
    void check_attributes() const;

private:
    const message::AttributeProto* find(const char* attribute, int type) const;

    const message::NodeProto& node_;
    std::int64_t opset_;
    std::vector<const value*> inputs_;
    builder& network_;
    const tensor_reader& tensors_;
    std::vector<std::optional<value>> results_;
    mutable std::vector<std::string> asked_;
};

} // namespace laminate::codegen::onnx
