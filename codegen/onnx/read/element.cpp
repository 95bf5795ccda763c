// SPDX-License-Identifier: MIT
#include "element.hpp"

#include "refusal.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace laminate::codegen::onnx {
namespace {

// Bits of the fraction, the smallest exponent of a normal number, and the largest finite number.
double rounded(double number, int bits, int smallest_exponent, double largest) {
    if (!std::isfinite(number) || number == 0.0) return number;
    const int exponent = std::max(std::ilogb(number), smallest_exponent);
    const double unit = std::ldexp(1.0, exponent - bits);
    const double nearest = std::nearbyint(number / unit) * unit;
    return std::abs(nearest) > largest
               ? std::copysign(std::numeric_limits<double>::infinity(), number)
               : nearest;
}

struct range {
    double low;
    double high; // not included
};

range range_of(element type) {
    switch (type) {
    case element::uint8:
        return {0.0, 0x1p8};
    case element::int8:
        return {-0x1p7, 0x1p7};
    case element::uint16:
        return {0.0, 0x1p16};
    case element::int16:
        return {-0x1p15, 0x1p15};
    case element::int32:
        return {-0x1p31, 0x1p31};
    case element::uint32:
        return {0.0, 0x1p32};
    case element::uint64:
        return {0.0, 0x1.0000000000001p64}; // 2^64 - 1 is read as 2^64
    default:
        return {-0x1p63, 0x1.0000000000001p63};
    }
}

} // namespace

std::string name(element type) {
    constexpr std::array names = {
        "UNDEFINED",      "FLOAT",      "UINT8",          "INT8",       "UINT16",   "INT16",
        "INT32",          "INT64",      "STRING",         "BOOL",       "FLOAT16",  "DOUBLE",
        "UINT32",         "UINT64",     "COMPLEX64",      "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN",
        "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4",      "INT4",     "FLOAT4E2M1"};
    const auto number = static_cast<std::int32_t>(type);
    if (number < 0 || number >= static_cast<std::int32_t>(names.size()))
        return sentence("type ", number);
    return names[static_cast<std::size_t>(number)];
}

bool is_real(element type) {
    return type == element::float32 || type == element::float16 || type == element::float64 ||
           type == element::bfloat16;
}

bool is_whole(element type) {
    return !is_real(type) && type != element::string && bytes_of(type) != 0;
}

std::size_t bytes_of(element type) {
    switch (type) {
    case element::uint8:
    case element::int8:
    case element::boolean:
        return 1;
    case element::uint16:
    case element::int16:
    case element::float16:
    case element::bfloat16:
        return 2;
    case element::float32:
    case element::int32:
    case element::uint32:
        return 4;
    case element::float64:
    case element::int64:
    case element::uint64:
        return 8;
    default:
        return 0;
    }
}

double converted(double number, element to) {
    switch (to) {
    case element::float64:
        return number;
    case element::float32:
        return static_cast<double>(static_cast<float>(number));
    case element::float16:
        return rounded(number, 10, -14, 65504.0);
    case element::bfloat16:
        return rounded(number, 7, -126, 0x1.fep127);
    case element::boolean:
        return number != 0.0 ? 1.0 : 0.0;
    default:
        break;
    }
    const double whole = std::trunc(number);
    const range fits = range_of(to);
    if (!(fits.low <= whole && whole < fits.high))
        refuse("expected a number that ", name(to), " can hold, found ", std::to_string(number));
    return whole;
}

} // namespace laminate::codegen::onnx
