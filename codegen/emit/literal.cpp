// SPDX-License-Identifier: MIT
#include "literal.hpp"

#include <laminate/base/error.hpp>

#include <bit>
#include <cmath>

namespace laminate::codegen {

namespace {

constexpr std::size_t line_width = 100;
constexpr char digits[] = "0123456789abcdef";
constexpr std::uint64_t fnv1a_of_nothing = 0xcbf29ce484222325U;
constexpr std::uint64_t fnv1a_prime = 0x100000001b3U;

void append_hexadecimal(std::string& out, std::uint64_t number, int places) {
    for (int shift = 4 * (places - 1); shift >= 0; shift -= 4)
        out += digits[number >> shift & 15U];
}

void append(std::string& out, std::uint32_t bits) {
    out += "0x";
    append_hexadecimal(out, bits, 8);
    out += 'u';
}

void append(std::string& out, float number) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    if (!std::isfinite(number)) { // no literal of its own
        out += "__builtin_bit_cast(float, ";
        append(out, bits);
        out += ')';
        return;
    }
    if (std::signbit(number)) out += '-';
    if (number == 0.0f) {
        out += "0.0f";
        return;
    }
    // 1.mmmmmm * 2^e, where the 23 bits of the fraction fill six digits but for the last bit.
    int exponent = static_cast<int>(bits >> 23 & 255U) - 127;
    std::uint32_t fraction = bits & 0x7fffffU;
    if (exponent == -127) {
        const int leading = std::countl_zero(fraction) - 8; // of 24 bits
        fraction = fraction << leading & 0x7fffffU;
        exponent = -126 - leading;
    }
    out += "0x1";
    if (fraction != 0) {
        out += '.';
        append_hexadecimal(out, std::uint64_t{fraction} << 1, 6);
        out.erase(out.find_last_not_of('0') + 1);
    }
    out += 'p';
    out += std::to_string(exponent);
    out += 'f';
}

template <class Number>
std::string array_of(std::string_view type, std::string_view name,
                     std::span<const Number> numbers) {
    std::string out =
        sentence("alignas(64) const ", type, " ", name, "[", numbers.size(), "] = {\n");
    std::string line;
    std::string next;
    const auto end_line = [&] {
        out += sentence("    ", line, "\n");
        line.clear();
    };
    for (const Number number : numbers) {
        next.clear();
        append(next, number);
        if (!line.empty() && line.size() + next.size() + 6 > line_width) end_line();
        if (!line.empty()) line += ' ';
        line += next;
        line += ',';
    }
    end_line();
    return out += "};\n";
}

} // namespace

std::string literal(float number) {
    std::string out;
    append(out, number);
    return out;
}
std::string literal(std::uint32_t bits) {
    std::string out;
    append(out, bits);
    return out;
}

std::string array(std::string_view name, std::span<const float> numbers) {
    return array_of("float", name, numbers);
}
std::string array(std::string_view name, std::span<const std::uint32_t> bits) {
    return array_of("std::uint32_t", name, bits);
}

std::uint64_t fnv1a(std::span<const float> numbers) {
    std::uint64_t hash = fnv1a_of_nothing;
    for (const float number : numbers) {
        const auto bits = std::bit_cast<std::uint32_t>(number);
        for (int shift = 0; shift < 32; shift += 8)
            hash = (hash ^ (bits >> shift & 255U)) * fnv1a_prime;
    }
    return hash;
}

std::uint64_t fnv1a(std::string_view text) {
    std::uint64_t hash = fnv1a_of_nothing;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * fnv1a_prime;
    return hash;
}

std::string hexadecimal(std::uint64_t number) {
    std::string out = "0x";
    append_hexadecimal(out, number, 16);
    return out;
}

} // namespace laminate::codegen
