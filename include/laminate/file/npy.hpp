// SPDX-License-Identifier: MIT
#pragma once

// Reads NumPy's .npy: "\x93NUMPY", a version, the length of a header, the header (a Python
// dictionary of descr, fortran_order and shape), the numbers. Versions 1 to 3, little-endian, C
// order, real numbers. Promises that a file is hostile until checked, and errors that name file and
// byte.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../base/compiler.hpp"
#include "array.hpp"
#include "half.hpp"
#include "number_text.hpp"
#include "tensor_file.hpp"
#include "whole_file.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// The header's dictionary: three keys in any order, each once.
class npy_header {
public:
    npy_header(std::string_view text, std::size_t first) : text_(text), first_(first) {}

    std::string descr;
    bool fortran_order = false;
    std::vector<std::size_t> shape;

    // An empty problem if all is well.
    std::string parse() {
        bool fine = expect('{', "a dictionary");
        while (fine && !take('}')) {
            fine = member();
            if (fine && !take(',') && peek() != '}') fine = fail("',' or '}'");
        }
        if (fine && peek() != '\0') fine = fail("the end of the header");
        if (fine && seen_ != 7) fine = fail("the keys descr, fortran_order and shape, each once");
        return problem_;
    }

private:
    bool member() {
        std::string key;
        if (!string(key) || !expect(':', "':'")) return false;
        constexpr std::string_view keys[] = {"descr", "fortran_order", "shape"};
        const auto at = static_cast<unsigned>(std::find(std::begin(keys), std::end(keys), key) -
                                              std::begin(keys));
        if (at == 3 || (seen_ >> at & 1u) != 0)
            return fail("the keys descr, fortran_order and shape, each once");
        seen_ |= 1u << at;
        return at == 0 ? string(descr) : at == 1 ? boolean() : tuple();
    }
    bool string(std::string& out) {
        const char quote = peek();
        if (quote != '\'' && quote != '"') return fail("a quoted word");
        const std::size_t end = text_.find(quote, ++at_);
        if (end == std::string_view::npos) return fail("a closing quote");
        out = text_.substr(at_, end - at_);
        at_ = end + 1;
        return true;
    }
    bool boolean() {
        (void)peek();
        for (const std::string_view word : {"True", "False"})
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                fortran_order = word == "True";
                return true;
            }
        return fail("True or False");
    }
    bool tuple() {
        if (!expect('(', "a tuple")) return false;
        while (!take(')')) {
            if (shape.size() == 32) return fail("at most 32 axes");
            if (!number()) return false;
            if (!take(',') && peek() != ')') return fail("',' or ')'");
        }
        return true;
    }
    bool number() {
        const auto digit = [this] {
            return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9';
        };
        (void)peek();
        if (!digit()) return fail("a whole number");
        std::size_t value = 0;
        for (; digit(); ++at_) {
            if (value > (std::size_t{1} << 58)) return fail("a smaller extent");
            value = 10 * value + static_cast<std::size_t>(text_[at_] - '0');
        }
        shape.push_back(value);
        return true;
    }
    char peek() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n'))
            ++at_;
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(char wanted) {
        const bool there = at_ < text_.size() && peek() == wanted;
        if (there) ++at_;
        return there;
    }
    bool expect(char wanted, const char* what) { return take(wanted) || fail(what); }
    bool fail(const char* expected) {
        if (problem_.empty())
            problem_ = sentence("byte ", first_ + at_, ": expected ", expected, ", found ",
                                at_ < text_.size() ? quote(text_.substr(at_, 12)) : "the end");
        return false;
    }

    std::string_view text_;
    std::size_t first_; // the header's first byte in the file, for messages
    std::size_t at_ = 0;
    unsigned seen_ = 0;
    std::string problem_;
};

struct npy_type {
    std::string_view descr; // without the byte order
    std::size_t bytes;
    float (*read)(std::uint64_t bits); // from the low bits
};

template <class Bits, class Number>
float npy_number(std::uint64_t bits) {
    return static_cast<float>(std::bit_cast<Number>(static_cast<Bits>(bits)));
}

inline constexpr npy_type npy_types[] = {
    {"f4", 4, npy_number<std::uint32_t, float>},
    {"f8", 8, npy_number<std::uint64_t, double>},
    {"i1", 1, npy_number<std::uint8_t, std::int8_t>},
    {"i2", 2, npy_number<std::uint16_t, std::int16_t>},
    {"i4", 4, npy_number<std::uint32_t, std::int32_t>},
    {"i8", 8, npy_number<std::uint64_t, std::int64_t>},
    {"u1", 1, npy_number<std::uint8_t, std::uint8_t>},
    {"u2", 2, npy_number<std::uint16_t, std::uint16_t>},
    {"u4", 4, npy_number<std::uint32_t, std::uint32_t>},
    {"u8", 8, npy_number<std::uint64_t, std::uint64_t>},
    {"b1", 1, npy_number<std::uint8_t, std::uint8_t>},
};

inline const npy_type* find_npy_type(std::string_view descr) {
    const bool little = !descr.empty() && (descr[0] == '<' || descr[0] == '|');
    const auto* const found =
        std::find_if(std::begin(npy_types), std::end(npy_types),
                     [&](const npy_type& t) { return little && descr.substr(1) == t.descr; });
    return found == std::end(npy_types) ? nullptr : found;
}

inline std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t bits = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
    return bits;
}

} // namespace detail

// `name` stands for the file in messages. Numbers between two floats are rounded to nearest; finite
// ones beyond the largest float are refused.
[[nodiscard]] inline result<array> parse_npy(std::string_view bytes, std::string_view name) {
    const auto wrong = [name](const auto&... what) { return error{sentence(name, ": ", what...)}; };
    if (bytes.size() < 10 || !bytes.starts_with("\x93NUMPY"))
        return wrong("byte 0: expected NumPy's signature, found something else. Save the array "
                     "with numpy.save");
    const auto version = static_cast<unsigned>(static_cast<unsigned char>(bytes[6]));
    if (version < 1 || version > 3)
        return wrong("byte 6: expected a version of 1, 2 or 3, found ", version);
    const std::size_t fixed = version == 1 ? 10 : 12;
    if (bytes.size() < fixed) return wrong("byte 8: expected a length, found the end of the file");
    const auto length = static_cast<std::size_t>(detail::little_endian(bytes.substr(8, fixed - 8)));
    if (length > bytes.size() - fixed)
        return wrong("byte 8: expected a header of ", length, " bytes, found ",
                     bytes.size() - fixed, " until the end of the file");

    detail::npy_header header(bytes.substr(fixed, length), fixed);
    if (const std::string problem = header.parse(); !problem.empty()) return wrong(problem);
    const detail::npy_type* const type = detail::find_npy_type(header.descr);
    if (type == nullptr)
        return wrong("header: expected real numbers, little-endian (<f4, <f8, <i1 to <i8, |u1 to "
                     "<u8), found ",
                     quote(header.descr), ". Convert it: array.astype('<f4')");
    if (header.fortran_order && header.shape.size() > 1)
        return wrong("header: expected C order, found Fortran's. Convert it: "
                     "numpy.ascontiguousarray(array)");
    const std::string_view data = bytes.substr(fixed + length);
    const std::optional<std::size_t> count = element_count(header.shape);
    if (!count || data.size() / type->bytes != *count || data.size() % type->bytes != 0)
        return wrong("byte ", fixed + length, ": expected ", shape_text(header.shape),
                     " numbers of ", type->bytes, " bytes, found ", data.size(),
                     " bytes. The file is damaged or incomplete: copy or save it again");
    array out{std::move(header.shape), std::vector<float>(*count)};
    const bool wide = type->descr == "f8";
    for (std::size_t i = 0; i < *count; ++i) {
        const std::uint64_t bits = detail::little_endian(data.substr(i * type->bytes, type->bytes));
        if (wide && !fits_float(std::bit_cast<double>(bits)))
            return wrong("byte ", fixed + length + i * type->bytes,
                         ": expected numbers that fit a float (up to 3.4e38), found ",
                         detail::text_of(std::bit_cast<double>(bits)), ". Rescale the column");
        out.values[i] = type->read(bits);
    }
    return out;
}

[[nodiscard]] inline result<array> read_npy(const std::string& path) {
    const result<std::string> bytes = read_file(path, max_array_file);
    if (!bytes) return bytes.error();
    return parse_npy(*bytes, path);
}

} // namespace laminate::inline LAMINATE_ISA
