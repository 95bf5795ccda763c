// SPDX-License-Identifier: MIT
#pragma once

// Numbers as C++ text. Needs nothing. Promises that a compiler reads back the very bits, -0,
// denormals, infinities and NaN among them, and that a million of them compile in two seconds:
// hexadecimal floats are what GCC and Clang read fastest.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace laminate::codegen {

// 0.75f as "0x1.8p-1f".
std::string literal(float number);
// 0xff as "0x000000ffu".
std::string literal(std::uint32_t bits);

// "alignas(64) const float name[3] = {...};" with as many numbers to a line as fit.
std::string array(std::string_view name, std::span<const float> numbers);
std::string array(std::string_view name, std::span<const std::uint32_t> bits);

// FNV-1a, 64 bits, over the bytes of the floats in little-endian order.
std::uint64_t fnv1a(std::span<const float> numbers);
// The same over the bytes of a text.
std::uint64_t fnv1a(std::string_view text);
std::string hexadecimal(std::uint64_t number);

} // namespace laminate::codegen
