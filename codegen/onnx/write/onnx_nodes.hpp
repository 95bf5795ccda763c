// SPDX-License-Identifier: MIT
#pragma once

// ONNX's nodes and initialisers while they are collected, under names that occur once. Needs inputs
// that exist. Promises messages as onnx.proto defines them.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protobuf.hpp"

namespace laminate::codegen {

struct onnx_attribute {
    enum class kind { real, integer, integers };
    onnx_attribute(std::string_view n, float number) : name(n), type(kind::real), real(number) {}
    onnx_attribute(std::string_view n, std::int64_t number) : name(n), integers{number} {}
    onnx_attribute(std::string_view n, std::vector<std::int64_t> numbers)
        : name(n), type(kind::integers), integers(std::move(numbers)) {}

    std::string_view name;
    kind type = kind::integer;
    float real = 0.0f;
    std::vector<std::int64_t> integers;
};

class onnx_nodes {
public:
    // The name, or one like it that isn't taken; from now on it is.
    std::string take(std::string name);

    // The node is called as its output. An empty name among the inputs is one that is left out; at
    // the end it isn't written. Returns the output.
    std::string add(std::string_view kind, std::vector<std::string_view> inputs,
                    const std::string& output, const std::vector<onnx_attribute>& attributes = {});

    // Initialisers. Each returns its name.
    std::string tensor(const std::string& name, std::span<const std::size_t> shape,
                       std::span<const double> numbers);
    std::string tensor(const std::string& name, std::initializer_list<std::size_t> shape,
                       std::span<const double> numbers) {
        return tensor(name, std::span(shape.begin(), shape.size()), numbers);
    }
    std::string number(const std::string& name, float number); // of shape []
    std::string shape(const std::string& name, const std::vector<std::int64_t>& extents);

    const std::vector<protobuf>& nodes() const { return nodes_; }
    const std::vector<protobuf>& initialisers() const { return initialisers_; }

private:
    std::set<std::string> taken_;
    std::vector<protobuf> nodes_;
    std::vector<protobuf> initialisers_;
};

} // namespace laminate::codegen
