// SPDX-License-Identifier: MIT
#pragma once

// Reads IDX, the format of MNIST: two zero bytes, a type, the number of axes, the extent of each,
// then the numbers; all big-endian. https://yann.lecun.com/exdb/mnist (bottom). Needs an unpacked
// file. Promises that a file is hostile until checked, and errors that name file and byte.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../base/compiler.hpp"
#include "array.hpp"
#include "byte_order.hpp"
#include "half.hpp"
#include "number_text.hpp"
#include "tensor_file.hpp"
#include "whole_file.hpp"

namespace laminate::inline LAMINATE_ISA {

inline constexpr std::size_t max_idx_axes = 16;

namespace detail {

inline std::size_t idx_bytes(unsigned type) {
    switch (type) {
    case 0x08: // unsigned byte
    case 0x09: // signed byte
        return 1;
    case 0x0b: // short
        return 2;
    case 0x0c: // int
    case 0x0d: // float
        return 4;
    case 0x0e: // double
        return 8;
    default:
        return 0;
    }
}

inline double idx_number(unsigned type, std::string_view bytes) {
    const std::uint64_t bits = big_endian(bytes);
    switch (type) {
    case 0x08:
        return static_cast<double>(bits);
    case 0x09:
        return static_cast<double>(static_cast<std::int8_t>(bits));
    case 0x0b:
        return static_cast<double>(static_cast<std::int16_t>(bits));
    case 0x0c:
        return static_cast<double>(static_cast<std::int32_t>(bits));
    case 0x0d:
        return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    default:
        return std::bit_cast<double>(bits);
    }
}

} // namespace detail

// `name` stands for the file in messages. Numbers between two floats are rounded to nearest; finite
// ones beyond the largest float are refused.
[[nodiscard]] inline result<array> parse_idx(std::string_view bytes, std::string_view name) {
    const auto wrong = [name](const auto&... what) { return error{sentence(name, ": ", what...)}; };
    if (bytes.starts_with("\x1f\x8b"))
        return wrong("byte 0: expected an IDX file, found one packed with gzip. Unpack it: gunzip ",
                     name);
    if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0)
        return wrong("byte 0: expected an IDX file, which begins with two zero bytes, a type and a "
                     "number of axes; found something else");
    const auto type = static_cast<unsigned>(static_cast<unsigned char>(bytes[2]));
    const std::size_t width = detail::idx_bytes(type);
    if (width == 0) return wrong("byte 2: expected a type of 8, 9, 11, 12, 13 or 14, found ", type);
    const std::size_t axes = static_cast<unsigned char>(bytes[3]);
    if (axes > max_idx_axes)
        return wrong("byte 3: expected ", max_idx_axes, " axes at most, found ", axes);
    if (bytes.size() < 4 + 4 * axes)
        return wrong("byte 4: expected the extents of ", axes, " axes, found the end of the file");

    array out;
    for (std::size_t axis = 0; axis < axes; ++axis)
        out.shape.push_back(
            static_cast<std::size_t>(detail::big_endian(bytes.substr(4 + 4 * axis, 4))));
    const std::string_view data = bytes.substr(4 + 4 * axes);
    const std::optional<std::size_t> count = element_count(out.shape);
    if (!count || data.size() / width != *count || data.size() % width != 0)
        return wrong("byte ", 4 + 4 * axes, ": expected ", shape_text(out.shape), " numbers of ",
                     width, " bytes, found ", data.size(),
                     " bytes. The file is damaged or incomplete: copy it again");
    out.values.reserve(*count);
    for (std::size_t i = 0; i < *count; ++i) {
        const double number = detail::idx_number(type, data.substr(i * width, width));
        if (!fits_float(number))
            return wrong("byte ", 4 + 4 * axes + i * width,
                         ": expected numbers that fit a float (up to 3.4e38), found ",
                         detail::text_of(number), ". Rescale them");
        out.values.push_back(float_from_double(number));
    }
    return out;
}

[[nodiscard]] inline result<array> read_idx(const std::string& path) {
    const result<std::string> bytes = read_file(path, max_array_file);
    if (!bytes) return bytes.error();
    return parse_idx(*bytes, path);
}

} // namespace laminate::inline LAMINATE_ISA
