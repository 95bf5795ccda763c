// SPDX-License-Identifier: MIT
#pragma once

// All operators that exist, each with its rule. Needs the rules. Promises that what isn't listed
// isn't read.

#include "../call.hpp"

#include <span>
#include <string_view>

namespace laminate::codegen::onnx {

struct rule {
    std::string_view name;
    int since, until; // opsets whose meaning of it is known
    std::string_view restriction;
    void (*apply)(call&);
};

std::span<const rule> all_rules(); // in alphabetical order
const rule* find_rule(std::string_view name);

} // namespace laminate::codegen::onnx
