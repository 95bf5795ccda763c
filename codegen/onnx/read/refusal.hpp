// SPDX-License-Identifier: MIT
#pragma once

// How a rule says no: it throws a refusal, and import_model makes an error of it. Needs error.hpp.
// Promises never to leave the importer.

#include <laminate/base/error.hpp>

#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace laminate::codegen::onnx {

class refusal : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
    throw refusal(sentence(parts...));
}

// A number for a message.
inline std::string short_text(double number) {
    char digits[32] = {};
    std::snprintf(digits, sizeof digits, "%.6g", std::isnan(number) ? std::abs(number) : number);
    return digits;
}

} // namespace laminate::codegen::onnx
