// SPDX-License-Identifier: MIT
#pragma once

// NumPy's .npy: "\x93NUMPY", a version, the length of a header, the header (a Python dictionary of
// descr, fortran_order and shape), the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html Reads versions 1 to 3 with
// real numbers, whole numbers or booleans, of either byte order and either order in memory.
// Promises that a file is hostile until checked, errors that name file and byte, and that what is
// written is little-endian, row by row.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"
#include "array.hpp"
#include "byte_order.hpp"
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
        if (fine && seen_ != 7)
            static_cast<void>(fail("the keys descr, fortran_order and shape, each once"));
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
        at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size());
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

// An element's numbers, from its low bits.
struct npy_type {
    std::string_view name; // descr without the byte order
    std::size_t bytes;
    bool whole; // a whole number or a truth
    float (*to_float)(std::uint64_t bits);
    double (*to_double)(std::uint64_t bits);
};

template <class Number, class Bits, class Element>
Number npy_number(std::uint64_t bits) {
    return static_cast<Number>(std::bit_cast<Element>(static_cast<Bits>(bits)));
}
template <class Number>
Number npy_half(std::uint64_t bits) {
    return static_cast<Number>(float_from_half(static_cast<std::uint16_t>(bits)));
}
template <class Number>
Number npy_truth(std::uint64_t bits) {
    return bits == 0 ? Number(0) : Number(1);
}

template <class Bits, class Element>
constexpr npy_type npy_type_of(std::string_view name, bool whole = true) {
    return {name, sizeof(Bits), whole, npy_number<float, Bits, Element>,
            npy_number<double, Bits, Element>};
}

inline constexpr npy_type npy_types[] = {
    {"f2", 2, false, npy_half<float>, npy_half<double>},
    npy_type_of<std::uint32_t, float>("f4", false),
    npy_type_of<std::uint64_t, double>("f8", false),
    npy_type_of<std::uint8_t, std::int8_t>("i1"),
    npy_type_of<std::uint16_t, std::int16_t>("i2"),
    npy_type_of<std::uint32_t, std::int32_t>("i4"),
    npy_type_of<std::uint64_t, std::int64_t>("i8"),
    npy_type_of<std::uint8_t, std::uint8_t>("u1"),
    npy_type_of<std::uint16_t, std::uint16_t>("u2"),
    npy_type_of<std::uint32_t, std::uint32_t>("u4"),
    npy_type_of<std::uint64_t, std::uint64_t>("u8"),
    {"b1", 1, true, npy_truth<float>, npy_truth<double>},
};

inline const npy_type* find_npy_type(std::string_view descr) {
    const bool ordered = !descr.empty() && std::string_view("<>|=").find(descr[0]) < 4;
    const auto* const found =
        std::find_if(std::begin(npy_types), std::end(npy_types),
                     [&](const npy_type& t) { return ordered && descr.substr(1) == t.name; });
    return found == std::end(npy_types) ? nullptr : found;
}

// Where the element of a column-major array lies that is number `index` row by row.
inline std::size_t column_major(std::span<const std::size_t> shape, std::size_t index) {
    std::size_t at = 0;
    std::size_t stride = 1;
    for (const std::size_t extent : shape)
        stride *= extent;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        stride /= shape[axis];
        at += index % shape[axis] * stride;
        index /= shape[axis];
    }
    return at;
}

// A checked file: as many bytes as its shape asks for. The bytes must live.
struct npy_file {
    std::vector<std::size_t> shape;
    std::size_t count = 0;
    const npy_type* type = nullptr;
    bool fortran_order = false;
    bool is_big_endian = false;
    std::size_t data_start = 0;
    std::string_view data;

    // The byte where element `i` lies, row by row, among the data; and its bits.
    [[nodiscard]] std::size_t byte(std::size_t i) const {
        return (fortran_order ? column_major(shape, i) : i) * type->bytes;
    }
    [[nodiscard]] std::uint64_t bits(std::size_t i) const {
        const std::string_view element = data.substr(byte(i), type->bytes);
        return is_big_endian ? big_endian(element) : little_endian(element);
    }
};

template <class... What>
error npy_error(std::string_view name, const What&... what) {
    return error{sentence(name, ": ", what...)};
}

inline result<npy_file> open_npy(std::string_view bytes, std::string_view name) {
    const auto wrong = [name](const auto&... what) { return npy_error(name, what...); };
    if (bytes.size() < 10 || !bytes.starts_with("\x93NUMPY"))
        return wrong("byte 0: expected NumPy's signature, found something else. Save the array "
                     "with numpy.save");
    const auto version = static_cast<unsigned>(static_cast<unsigned char>(bytes[6]));
    if (version < 1 || version > 3)
        return wrong("byte 6: expected a version of 1, 2 or 3, found ", version);
    const std::size_t fixed = version == 1 ? 10 : 12;
    if (bytes.size() < fixed) return wrong("byte 8: expected a length, found the end of the file");
    const auto length = static_cast<std::size_t>(little_endian(bytes.substr(8, fixed - 8)));
    if (length > bytes.size() - fixed)
        return wrong("byte 8: expected a header of ", length, " bytes, found ",
                     bytes.size() - fixed, " until the end of the file");

    npy_header header(bytes.substr(fixed, length), fixed);
    if (const std::string problem = header.parse(); !problem.empty()) return wrong(problem);
    npy_file file;
    file.type = find_npy_type(header.descr);
    if (file.type == nullptr)
        return wrong("header: expected real numbers, whole numbers or booleans (f2 to f8, i1 to "
                     "i8, u1 to u8, b1), found ",
                     quote(header.descr), ". Convert it: numpy.save(path, x.astype('float32'))");
    file.data = bytes.substr(fixed + length);
    const std::optional<std::size_t> count = element_count(header.shape);
    if (!count || file.data.size() / file.type->bytes != *count ||
        file.data.size() % file.type->bytes != 0)
        return wrong("byte ", fixed + length, ": expected ", shape_text(header.shape),
                     " numbers of ", file.type->bytes, " bytes, found ", file.data.size(),
                     " bytes. The file is damaged or incomplete: copy or save it again");
    file.shape = std::move(header.shape);
    file.count = *count;
    file.fortran_order = header.fortran_order;
    file.is_big_endian = header.descr[0] == '>';
    file.data_start = fixed + length;
    return file;
}

template <class Bits, class Number>
std::string npy_bytes(std::span<const std::size_t> shape, std::span<const Number> numbers,
                      const char* descr) {
    std::string header = sentence("{'descr': '", descr, "', 'fortran_order': False, 'shape': (");
    for (const std::size_t extent : shape)
        header += sentence(extent, ", ");
    header += "), }";
    header.append(63 - (10 + header.size()) % 64, ' '); // data begins at a multiple of 64
    header += '\n';
    std::string bytes("\x93NUMPY\1\0", 8);
    bytes += static_cast<char>(header.size() & 0xffu);
    bytes += static_cast<char>(header.size() >> 8 & 0xffu);
    bytes += header;
    for (const Number number : numbers)
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            bytes += static_cast<char>(std::bit_cast<Bits>(number) >> (8 * i) & 0xffu);
    return bytes;
}

} // namespace detail

// `name` stands for the file in messages. Numbers between two floats are rounded to nearest; finite
// ones beyond the largest float are refused.
[[nodiscard]] inline result<array> parse_npy(std::string_view bytes, std::string_view name) {
    result<detail::npy_file> file = detail::open_npy(bytes, name);
    if (!file) return file.error();
    std::vector<float> values(file->count);
    const bool wide = file->type->name == "f8";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint64_t bits = file->bits(i);
        if (wide && !fits_float(std::bit_cast<double>(bits)))
            return detail::npy_error(name, "byte ", file->data_start + file->byte(i),
                                     ": expected numbers that fit a float (up to 3.4e38), found ",
                                     detail::text_of(std::bit_cast<double>(bits)),
                                     ". Rescale the column");
        values[i] = file->type->to_float(bits);
    }
    return array{std::move(file->shape), std::move(values)};
}

// The same as doubles, which hold all numbers but whole ones beyond 2^53.
[[nodiscard]] inline result<double_array> parse_npy_doubles(std::string_view bytes,
                                                            std::string_view name) {
    result<detail::npy_file> file = detail::open_npy(bytes, name);
    if (!file) return file.error();
    std::vector<double> values(file->count);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = file->type->to_double(file->bits(i));
    return double_array{std::move(file->shape), std::move(values), file->type->whole};
}

[[nodiscard]] inline result<array> read_npy(const std::string& path) {
    const result<std::string> bytes = read_file(path, max_array_file);
    if (!bytes) return bytes.error();
    return parse_npy(*bytes, path);
}

// The file of an array, of type float32 or float64.
[[nodiscard]] inline std::string npy_bytes(std::span<const std::size_t> shape,
                                           std::span<const float> numbers) {
    return detail::npy_bytes<std::uint32_t>(shape, numbers, "<f4");
}
[[nodiscard]] inline std::string npy_bytes(std::span<const std::size_t> shape,
                                           std::span<const double> numbers) {
    return detail::npy_bytes<std::uint64_t>(shape, numbers, "<f8");
}

} // namespace laminate::inline LAMINATE_ISA
