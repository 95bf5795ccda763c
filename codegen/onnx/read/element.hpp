// SPDX-License-Identifier: MIT
#pragma once

// The types of a tensor's elements, numbered as in ONNX. Needs nothing. Promises names as ONNX
// writes them.

#include <cstddef>
#include <cstdint>
#include <string>

namespace laminate::codegen::onnx {

enum class element : std::int32_t {
    float32 = 1,
    uint8 = 2,
    int8 = 3,
    uint16 = 4,
    int16 = 5,
    int32 = 6,
    int64 = 7,
    string = 8,
    boolean = 9,
    float16 = 10,
    float64 = 11,
    uint32 = 12,
    uint64 = 13,
    bfloat16 = 16,
};

std::string name(element type); // FLOAT16

bool is_real(element type);
bool is_whole(element type); // integers and booleans

// Bytes of one element in raw data; 0 for types that aren't read.
std::size_t bytes_of(element type);

// A number as the type can hold it: rounded, truncated; refuses an integer that is out of range.
double converted(double number, element to);

} // namespace laminate::codegen::onnx
