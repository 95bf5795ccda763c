// SPDX-License-Identifier: MIT
#pragma once

// A file of named tensors in memory: what it lists, and the values as floats.
// Needs bytes that a reader (safetensors.hpp) has checked; layers and networks are unknown here.
// Promises that no tensor, not even one of another file, makes it read outside its bytes.

#include <laminate/base/error.hpp>
#include <laminate/file/half.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"

namespace laminate::inline LAMINATE_ISA {

// clang-format off
// The element types of safetensors, in the order of `dtype_table`.
enum class dtype : std::uint8_t {
    boolean, f4, f6_e2m3, f6_e3m2,
    u8, i8, f8_e5m2, f8_e4m3, f8_e8m0, f8_e4m3fnuz, f8_e5m2fnuz,
    i16, u16, f16, bf16,
    i32, u32, f32,
    c64, f64, i64, u64
};

struct dtype_facts {
    std::string_view name; // as in the file
    std::size_t bits;
};

inline constexpr dtype_facts dtype_table[] = {
    {"BOOL", 8}, {"F4", 4}, {"F6_E2M3", 6}, {"F6_E3M2", 6},
    {"U8", 8}, {"I8", 8}, {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8},
    {"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16},
    {"I32", 32}, {"U32", 32}, {"F32", 32},
    {"C64", 64}, {"F64", 64}, {"I64", 64}, {"U64", 64},
};
// clang-format on

constexpr const dtype_facts& facts(dtype type) {
    return dtype_table[static_cast<std::size_t>(type)];
}

constexpr std::optional<dtype> find_dtype(std::string_view name) {
    for (std::size_t i = 0; i < std::size(dtype_table); ++i) {
        if (dtype_table[i].name == name) return static_cast<dtype>(i);
    }
    return std::nullopt;
}

// One entry of a file: row-major values of `shape` (no dimensions: one value).
struct tensor {
    std::string name;
    dtype type = dtype::f32;
    std::vector<std::size_t> shape;
    std::size_t offset = 0; // in bytes, from the first byte of data
    std::size_t size = 0;   // in bytes

    // "F16", "BF16" or "F64" if reading floats converts the values, else empty. Only F64 can lose
    // digits; whoever loads parameters should say so.
    [[nodiscard]] std::string_view converted_from() const {
        const bool converts = type == dtype::f16 || type == dtype::bf16 || type == dtype::f64;
        return converts ? facts(type).name : std::string_view();
    }

    friend bool operator==(const tensor&, const tensor&) = default;
};

// "[128, 784]", for messages.
[[nodiscard]] inline std::string shape_text(std::span<const std::size_t> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += sentence(i == 0 ? "" : ", ", shape[i]);
    }
    return text + "]";
}

// The number of elements, or nothing if it exceeds a std::size_t.
[[nodiscard]] constexpr std::optional<std::size_t>
element_count(std::span<const std::size_t> shape) {
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        if (extent != 0 && count > static_cast<std::size_t>(-1) / extent) return std::nullopt;
        count *= extent;
    }
    return count;
}

using text_pairs = std::vector<std::pair<std::string, std::string>>;

class tensor_file {
public:
    // `bytes` is the whole file, whose data starts at `data_start`.
    tensor_file(std::string name, std::string bytes, std::size_t data_start,
                std::vector<tensor> tensors, text_pairs metadata)
        : name_(std::move(name)),
          bytes_(std::move(bytes)),
          data_start_(data_start),
          tensors_(std::move(tensors)),
          metadata_(std::move(metadata)) {}

    [[nodiscard]] const std::string& name() const { return name_; } // of the file, for messages
    [[nodiscard]] const std::vector<tensor>& tensors() const { return tensors_; } // by offset
    [[nodiscard]] const text_pairs& metadata() const { return metadata_; }
    [[nodiscard]] const std::string* find_metadata(std::string_view key) const { // null if none
        for (const auto& [name, value] : metadata_) {
            if (name == key) return &value;
        }
        return nullptr;
    }

    // Null if there is none; `missing` then has the words.
    [[nodiscard]] const tensor* find(std::string_view name) const {
        for (const tensor& t : tensors_) {
            if (t.name == name) return &t;
        }
        return nullptr;
    }

    // Says that a tensor is wanted, and lists those there are.
    [[nodiscard]] error missing(std::string_view name) const {
        constexpr std::size_t most = 20;
        std::string list;
        for (std::size_t i = 0; i < tensors_.size() && i < most; ++i) {
            list += sentence(i == 0 ? "" : ", ", quote(tensors_[i].name), " ",
                             shape_text(tensors_[i].shape));
        }
        if (tensors_.size() > most) list += ", ...";
        return error{sentence(name_, ": expected a tensor ", quote(name), ", found ",
                              list.empty() ? "no tensors at all" : list,
                              ". Save it under that name, or give the names that the file uses")};
    }

    // The values as floats: F32 as they are, F16 and BF16 exactly, F64 rounded to nearest even
    // (an error if a finite value would become infinite). Other types are refused.
    [[nodiscard]] result<std::vector<float>> read_floats(const tensor& t) const {
        const std::size_t available = bytes_.size() - data_start_;
        if (t.offset > available || t.size > available - t.offset) {
            return fail(t, "is not one of this file's tensors. Pass one from tensors() or find()");
        }
        const char* const from = bytes_.data() + data_start_ + t.offset;
        switch (t.type) {
        case dtype::f32:
            return convert<std::uint32_t>(
                from, t.size, [](std::uint32_t bits) { return std::bit_cast<float>(bits); });
        case dtype::f16:
            return convert<std::uint16_t>(from, t.size, float_from_half);
        case dtype::bf16:
            return convert<std::uint16_t>(from, t.size, float_from_bfloat16);
        case dtype::f64:
            return round(t, from);
        default:
            return fail(t, "expected values of type F32, F16, BF16 or F64, found ",
                        facts(t.type).name, ". Convert it before saving (PyTorch: tensor.float())");
        }
    }

    [[nodiscard]] result<std::vector<float>> read_floats(std::string_view name) const {
        const tensor* const t = find(name);
        if (t == nullptr) return missing(name);
        return read_floats(*t);
    }

private:
    template <class... Parts>
    [[nodiscard]] error fail(const tensor& t, const Parts&... what) const {
        return error{sentence(name_, ": tensor ", quote(t.name), ": ", what...)};
    }

    // Little-endian, at any alignment, on any machine.
    template <class Bits>
    [[nodiscard]] static Bits load(const char* from) {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < sizeof(Bits); ++i) {
            bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
        }
        return static_cast<Bits>(bits);
    }

    template <class Bits, class Convert>
    [[nodiscard]] static std::vector<float> convert(const char* from, std::size_t size,
                                                    Convert to) {
        std::vector<float> values(size / sizeof(Bits));
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = to(load<Bits>(from + i * sizeof(Bits)));
        }
        return values;
    }

    [[nodiscard]] result<std::vector<float>> round(const tensor& t, const char* from) const {
        std::vector<float> values(t.size / sizeof(double));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto value =
                std::bit_cast<double>(load<std::uint64_t>(from + i * sizeof(double)));
            if (!fits_float(value)) {
                char shown[40] = {};
                (void)std::snprintf(shown, sizeof shown, "%.17g", value);
                return fail(t, "expected F64 values that fit a float (up to 3.4e38), found ", shown,
                            " at index ", i, ". Rescale the network's parameters");
            }
            values[i] = float_from_double(value);
        }
        return values;
    }

    std::string name_;
    std::string bytes_;
    std::size_t data_start_;
    std::vector<tensor> tensors_;
    text_pairs metadata_;
};

} // namespace laminate::inline LAMINATE_ISA
