// SPDX-License-Identifier: MIT
#include "npy.hpp"

#include <laminate/file/half.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

namespace laminate::codegen::tool {

namespace {

constexpr std::size_t max_rank = 32; // NumPy's
constexpr std::size_t max_extent = std::size_t{1} << 40;

// The header: a Python literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class header_reader {
public:
    explicit header_reader(std::string_view text) : text_(text) {}

    std::string descr;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;

    bool read() {
        int keys = 0;
        if (!take('{')) return false;
        while (!take('}')) {
            std::string key;
            if (!quoted(key) || !take(':') || !value_of(key)) return false;
            ++keys;
            if (!take(',') && !peek('}')) return false;
        }
        return keys == 3;
    }

private:
    bool value_of(std::string_view key) {
        if (key == "descr") return quoted(descr);
        if (key == "fortran_order") return truth(fortran_order);
        return key == "shape" && extents();
    }
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n", at_), text_.size()); }
    bool peek(char c) {
        skip_space();
        return at_ < text_.size() && text_[at_] == c;
    }
    bool take(char c) {
        const bool found = peek(c);
        at_ += found ? 1 : 0;
        return found;
    }
    bool word(std::string_view w) {
        skip_space();
        const bool found = text_.substr(at_).starts_with(w);
        at_ += found ? w.size() : 0;
        return found;
    }
    bool truth(bool& value) {
        value = word("True");
        return value || word("False");
    }
    bool quoted(std::string& value) {
        skip_space();
        const char mark = at_ < text_.size() ? text_[at_] : '\0';
        const std::size_t end = text_.find(mark, at_ + 1);
        if ((mark != '\'' && mark != '"') || end == std::string_view::npos) return false;
        value = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return true;
    }
    bool extents() {
        if (!take('(')) return false;
        while (!take(')')) {
            skip_space();
            std::size_t extent = 0;
            const std::size_t begin = at_;
            for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_)
                if ((extent = extent * 10 + static_cast<std::size_t>(text_[at_] - '0')) >
                    max_extent)
                    return false;
            if (at_ == begin || shape.size() == max_rank) return false;
            shape.push_back(static_cast<std::int64_t>(extent));
            if (!take(',') && !peek(')')) return false;
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

using number_reader = double (*)(std::uint64_t bits);

struct element {
    char kind;
    std::size_t bytes;
    number_reader read;
};

template <class T>
double from(std::uint64_t bits) {
    return static_cast<double>(static_cast<T>(bits));
}

constexpr element elements[] = {
    {'b', 1, [](std::uint64_t bits) { return bits == 0 ? 0.0 : 1.0; }},
    {'i', 1, from<std::int8_t>},
    {'i', 2, from<std::int16_t>},
    {'i', 4, from<std::int32_t>},
    {'i', 8, from<std::int64_t>},
    {'u', 1, from<std::uint8_t>},
    {'u', 2, from<std::uint16_t>},
    {'u', 4, from<std::uint32_t>},
    {'u', 8, from<std::uint64_t>},
    {'f', 2,
     [](std::uint64_t bits) {
         return static_cast<double>(float_from_half(static_cast<std::uint16_t>(bits)));
     }},
    {'f', 4,
     [](std::uint64_t bits) {
         return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
     }},
    {'f', 8, [](std::uint64_t bits) { return std::bit_cast<double>(bits); }},
};

const element* find_element(std::string_view descr) {
    for (const element& e : elements)
        if (descr.size() == 3 &&
            std::string_view("<>|=").find(descr[0]) != std::string_view::npos &&
            descr[1] == e.kind && descr.substr(2) == std::to_string(e.bytes))
            return &e;
    return nullptr;
}

std::uint64_t load(std::string_view bytes, bool big_endian) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t at = big_endian ? i : bytes.size() - 1 - i;
        bits = bits << 8 | static_cast<unsigned char>(bytes[at]);
    }
    return bits;
}

// Where the element of a column-major array lies that is number `index` row by row.
std::size_t column_major(const std::vector<std::int64_t>& shape, std::size_t index) {
    std::size_t at = 0;
    std::size_t stride = 1;
    for (const std::int64_t extent : shape)
        stride *= static_cast<std::size_t>(extent);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const auto extent = static_cast<std::size_t>(shape[axis]);
        stride /= extent;
        at += index % extent * stride;
        index /= extent;
    }
    return at;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (const std::int64_t extent : shape)
        text += sentence(text.size() == 1 ? "" : ", ", extent);
    return text + "]";
}

template <class T, class Bits>
std::string write(const std::vector<std::size_t>& shape, std::span<const T> numbers,
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
    for (const T number : numbers)
        for (std::size_t i = 0; i < sizeof(T); ++i)
            bytes += static_cast<char>(std::bit_cast<Bits>(number) >> (8 * i) & 0xffu);
    return bytes;
}

} // namespace

result<onnx::array> parse_npy(std::string_view bytes, std::string_view name) {
    const auto damaged = [&](const auto&... what) {
        return error{sentence(name, ": ", what..., ". Save it again with numpy.save")};
    };
    constexpr std::string_view magic = "\x93NUMPY";
    if (!bytes.starts_with(magic) || bytes.size() < 12)
        return damaged("expected a NumPy file (.npy), found other bytes");
    const auto version = static_cast<unsigned char>(bytes[6]);
    if (version < 1 || version > 3)
        return damaged("expected a NumPy file of version 1 to 3, found version ", version);
    const std::size_t fixed = version == 1 ? 10 : 12;
    const std::size_t length = load(bytes.substr(8, fixed - 8), false);
    if (length > bytes.size() - fixed)
        return damaged("expected a header of ", length, " bytes, found ", bytes.size() - fixed);

    header_reader header(bytes.substr(fixed, length));
    if (!header.read())
        return damaged("expected a header with descr, fortran_order and shape, found ",
                       quote(bytes.substr(fixed, length)));
    const element* const type = find_element(header.descr);
    if (type == nullptr)
        return error{sentence(name,
                              ": expected real numbers, whole numbers or booleans, found the "
                              "type ",
                              quote(header.descr),
                              ". Convert it: numpy.save(path, x.astype('float32'))")};

    const std::string_view data = bytes.substr(fixed + length);
    std::size_t count = 1;
    for (const std::int64_t extent : header.shape) {
        const auto e = static_cast<std::size_t>(extent);
        if (e != 0 && count > max_extent / e)
            return damaged("expected a shape that fits in memory, found ",
                           shape_text(header.shape));
        count *= e;
    }
    if (data.size() / type->bytes != count || data.size() % type->bytes != 0)
        return damaged("expected ", count, " numbers of ", type->bytes, " bytes for the shape ",
                       shape_text(header.shape), ", found ", data.size(), " bytes");

    onnx::array read{header.shape, std::vector<double>(count), type->kind != 'f'};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = header.fortran_order ? column_major(header.shape, i) : i;
        read.numbers[i] =
            type->read(load(data.substr(at * type->bytes, type->bytes), header.descr[0] == '>'));
    }
    return read;
}

std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const float> numbers) {
    return write<float, std::uint32_t>(shape, numbers, "<f4");
}

std::string npy_bytes(const std::vector<std::size_t>& shape, std::span<const double> numbers) {
    return write<double, std::uint64_t>(shape, numbers, "<f8");
}

} // namespace laminate::codegen::tool
