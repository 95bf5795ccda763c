// SPDX-License-Identifier: MIT
#pragma once

// Reads and writes safetensors: 8 bytes of header length (little-endian), a JSON header that names
// the tensors, their data. https://huggingface.co/docs/safetensors/index#format
// Needs files that fit in memory.
// Promises that a file is hostile until checked: every size, count and offset is bounded before
// use, each way to be wrong has its own message, and what is accepted covers its data exactly.

#include <laminate/base/error.hpp>
#include <laminate/file/foreign.hpp>
#include <laminate/file/json.hpp>
#include <laminate/file/tensor_file.hpp>
#include <laminate/file/whole_file.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "../base/compiler.hpp"

namespace laminate::inline LAMINATE_ISA {

// The bounds. That on the header is the reference implementation's, that on the rank NumPy's.
inline constexpr std::size_t max_safetensors_header = 100'000'000;
inline constexpr std::size_t max_safetensors_rank = 32;
inline constexpr std::size_t max_safetensors_file = std::size_t{1}
                                                    << (sizeof(std::size_t) > 4 ? 32 : 30);

namespace detail {

// Some name that occurs twice, if one does.
inline std::optional<std::string_view> find_duplicate(std::vector<std::string_view> names) {
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice == names.end()) return std::nullopt;
    return *twice;
}

class safetensors_parser {
public:
    safetensors_parser(std::string bytes, std::string_view name)
        : name_(name), bytes_(std::move(bytes)) {}

    // Once: the bytes move into the result.
    result<tensor_file> parse() && {
        if (!find_header() || !read_header() || !check_names() || !check_coverage()) {
            return std::move(error_);
        }
        return tensor_file(std::move(name_), std::move(bytes_), data_start_, std::move(tensors_),
                           std::move(metadata_));
    }

private:
    static constexpr const char* damaged =
        ". The file is damaged or incomplete: copy it or save it again";
    static constexpr const char* bad_writer =
        ". The program that wrote it doesn't follow the format: save it with the safetensors "
        "library";

    template <class... Parts>
    bool fail(const Parts&... what) {
        error_.message = sentence(name_, ": ", what...);
        return false;
    }
    template <class... Parts>
    bool fail_at(const tensor& t, const Parts&... what) {
        return fail("tensor ", quote(t.name), ": ", what...);
    }

    bool find_header() {
        if (bytes_.empty()) {
            return fail("expected a safetensors file, found an empty one", damaged);
        }
        if (bytes_.size() < 8) {
            return fail("expected at least 8 bytes for the length of the header, found ",
                        bytes_.size(), damaged);
        }
        std::uint64_t length = 0;
        for (std::size_t i = 8; i-- > 0;) {
            length = length << 8 | static_cast<unsigned char>(bytes_[i]);
        }
        const std::string_view other = bytes_.starts_with('{')
                                           ? "JSON text without the 8 bytes of header length"
                                           : foreign_format(bytes_);
        if (length > max_safetensors_header) {
            return fail("expected a header of at most ", max_safetensors_header,
                        " bytes, found a length of ", length,
                        other.empty() ? ". This is not a safetensors file" : ". This looks like ",
                        other, ": save the parameters with safetensors.torch.save_file");
        }
        if (length > bytes_.size() - 8) {
            return fail("expected a header of ", length, " bytes, found ", bytes_.size() - 8,
                        " after the first 8", damaged);
        }
        data_start_ = 8 + static_cast<std::size_t>(length);
        data_size_ = bytes_.size() - data_start_;
        const std::string_view text = header();
        if (text.empty() || text[0] != '{') {
            return fail("expected a header that starts with '{' at byte 8, found ",
                        text.empty() ? "an empty header" : quote(text.substr(0, 1)),
                        ". Is it a safetensors file?");
        }
        const std::size_t invalid = json::find_invalid_utf8(text);
        if (invalid != std::string_view::npos) {
            return fail("expected a header in UTF-8, found an invalid byte at byte ", 8 + invalid,
                        damaged);
        }
        return true;
    }

    [[nodiscard]] std::string_view header() const {
        return std::string_view(bytes_).substr(8, data_start_ - 8);
    }

    bool read_header() {
        json::reader in(header(), 8);
        const bool whole = in.object([&](std::string key) {
            const bool fine =
                key == "__metadata__" ? read_metadata(in) : read_tensor(in, std::move(key));
            if (fine) where_ = "header: ";
            return fine;
        }) && in.end();
        // A check that has failed outside of the JSON reader has left its own message.
        if (!whole && error_.message.empty()) return fail(where_, in.problem(), bad_writer);
        return whole;
    }

    bool read_metadata(json::reader& in) {
        where_ = "header: __metadata__: ";
        if (has_metadata_) return in.fail("expected this key once, found it twice");
        has_metadata_ = true;
        return in.object([&](std::string key) {
            metadata_.emplace_back(std::move(key), std::string());
            return in.string(metadata_.back().second);
        });
    }

    bool read_tensor(json::reader& in, std::string name) {
        tensor t;
        t.name = std::move(name);
        where_ = sentence("tensor ", quote(t.name), ": ");
        bool has_type = false;
        bool has_shape = false;
        bool has_offsets = false;
        std::size_t end = 0;
        const bool read = in.object([&](const std::string& key) {
            bool* const seen = key == "dtype"          ? &has_type
                               : key == "shape"        ? &has_shape
                               : key == "data_offsets" ? &has_offsets
                                                       : nullptr;
            if (seen == nullptr) {
                return in.fail("expected the keys dtype, shape and data_offsets, found ",
                               quote(key));
            }
            if (*seen) return in.fail("expected the key ", key, " once, found it twice");
            *seen = true;
            return seen == &has_type    ? read_dtype(in, t)
                   : seen == &has_shape ? read_shape(in, t)
                                        : read_offsets(in, t.offset, end);
        });
        if (!read) return false;
        if (!has_type) return in.fail("expected a key dtype, found none");
        if (!has_shape) return in.fail("expected a key shape, found none");
        if (!has_offsets) return in.fail("expected a key data_offsets, found none");
        if (!check_tensor(t, end)) return false;
        tensors_.push_back(std::move(t));
        return true;
    }

    bool read_dtype(json::reader& in, tensor& t) {
        std::string name;
        if (!in.string(name)) return false;
        if (const std::optional<dtype> known = find_dtype(name)) {
            t.type = *known;
            return true;
        }
        std::string list;
        for (const dtype_facts& each : dtype_table) {
            list += sentence(list.empty() ? "" : ", ", each.name);
        }
        return in.fail("expected a dtype of ", list, ", found ", quote(name));
    }

    bool read_shape(json::reader& in, tensor& t) {
        return in.array([&] {
            if (t.shape.size() == max_safetensors_rank) {
                return in.fail("expected a shape of at most ", max_safetensors_rank,
                               " dimensions, found more");
            }
            return in.whole_number(t.shape.emplace_back());
        });
    }

    bool read_offsets(json::reader& in, std::size_t& begin, std::size_t& end) {
        std::size_t count = 0;
        const bool read = in.array([&] {
            ++count;
            if (count > 2) return in.fail("expected two data_offsets, found more");
            return in.whole_number(count == 1 ? begin : end);
        });
        return read && (count == 2 || in.fail("expected two data_offsets, found ", count));
    }

    // The entry against itself and against the file's size.
    bool check_tensor(tensor& t, std::size_t end) {
        const std::string offsets = sentence("[", t.offset, ", ", end, "]");
        if (end < t.offset) {
            return fail_at(t, "expected data_offsets in ascending order, found ", offsets,
                           bad_writer);
        }
        if (end > data_size_) {
            return fail_at(t, "expected data_offsets up to ", data_size_,
                           ", the bytes of data in the file, found ", offsets, damaged);
        }
        const std::size_t bits = facts(t.type).bits;
        const std::optional<std::size_t> count = element_count(t.shape);
        if (!count || *count > static_cast<std::size_t>(-1) / bits) {
            return fail_at(t, "expected a shape whose size in bits fits ", 8 * sizeof(std::size_t),
                           " bits, found ", shape_text(t.shape), damaged);
        }
        t.size = end - t.offset;
        const std::string_view type = facts(t.type).name;
        if (*count * bits % 8 != 0) {
            return fail_at(t, "expected a whole number of bytes, found ", type, " ",
                           shape_text(t.shape), ", which is ", *count * bits, " bits", bad_writer);
        }
        if (*count * bits / 8 != t.size) {
            return fail_at(t, "expected ", *count * bits / 8, " bytes for ", type, " ",
                           shape_text(t.shape), ", found data_offsets ", offsets, ", which are ",
                           t.size, bad_writer);
        }
        return true;
    }

    bool check_names() {
        std::vector<std::string_view> names;
        names.reserve(tensors_.size());
        for (const tensor& t : tensors_)
            names.push_back(t.name);
        if (const auto twice = find_duplicate(std::move(names))) {
            return fail("tensor ", quote(*twice), ": expected every name once, found it twice",
                        bad_writer);
        }
        std::vector<std::string_view> keys;
        keys.reserve(metadata_.size());
        for (const auto& pair : metadata_)
            keys.push_back(pair.first);
        if (const auto twice = find_duplicate(std::move(keys))) {
            return fail("header: __metadata__: expected every key once, found ", quote(*twice),
                        " twice", bad_writer);
        }
        return true;
    }

    // Sorts by offset; together the tensors must cover the data, each byte once.
    bool check_coverage() {
        std::sort(tensors_.begin(), tensors_.end(), [](const tensor& a, const tensor& b) {
            return std::tie(a.offset, a.size, a.name) < std::tie(b.offset, b.size, b.name);
        });
        std::size_t covered = 0;
        const tensor* before = nullptr;
        for (const tensor& t : tensors_) {
            if (t.offset != covered) {
                const std::string end =
                    before == nullptr ? ""
                                      : sentence(", where tensor ", quote(before->name), " ends");
                return fail_at(t, "expected data from byte ", covered, end, ", found it from byte ",
                               t.offset,
                               t.offset < covered ? ": the two overlap"
                                                  : ": the bytes between belong to no tensor",
                               bad_writer);
            }
            covered += t.size;
            before = &t;
        }
        if (covered == data_size_) return true;
        return fail("expected ", covered, " bytes of data, found ", data_size_, ": the last ",
                    data_size_ - covered, " belong to no tensor", damaged);
    }

    std::string name_;
    std::string bytes_;
    std::size_t data_start_ = 0;
    std::size_t data_size_ = 0;
    std::vector<tensor> tensors_;
    text_pairs metadata_;
    bool has_metadata_ = false;
    std::string where_ = "header: ";
    error error_;
};

} // namespace detail

// Checks a file's bytes completely, and keeps a copy; `name` stands for it in messages.
[[nodiscard]] inline result<tensor_file> parse_safetensors(std::span<const std::byte> bytes,
                                                           std::string_view name) {
    std::string copy(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), copy.begin(),
                   [](std::byte b) { return static_cast<char>(b); });
    return detail::safetensors_parser(std::move(copy), name).parse();
}

[[nodiscard]] inline result<tensor_file> read_safetensors(const std::string& path) {
    result<std::string> bytes = read_file(path, max_safetensors_file);
    if (!bytes) return std::move(bytes).error();
    return detail::safetensors_parser(*std::move(bytes), path).parse();
}

struct tensor_to_write {
    std::string name;
    std::vector<std::size_t> shape;
    std::span<const float> values; // row-major
};

namespace detail {

// What would make a reader refuse the tensors or the metadata, or an empty message.
inline std::string find_unwritable(std::span<const tensor_to_write> tensors,
                                   const text_pairs& metadata) {
    const auto is_utf8 = [](std::string_view text) {
        return json::find_invalid_utf8(text) == std::string_view::npos;
    };
    std::vector<std::string_view> names;
    for (const tensor_to_write& t : tensors) {
        const std::string where = sentence("tensor ", quote(t.name), ": ");
        if (t.name == "__metadata__")
            return where + "the format reserves this name. Choose another";
        if (!is_utf8(t.name)) return where + "expected a name in UTF-8, found other bytes";
        if (t.shape.size() > max_safetensors_rank) {
            return sentence(where, "expected at most ", max_safetensors_rank, " dimensions, found ",
                            t.shape.size());
        }
        if (element_count(t.shape) != t.values.size()) {
            return sentence(where, "expected as many values as the shape ", shape_text(t.shape),
                            " has, found ", t.values.size());
        }
        names.push_back(t.name);
    }
    if (const auto twice = find_duplicate(std::move(names))) {
        return sentence("tensor ", quote(*twice), ": expected every name once, found it twice");
    }
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : metadata) {
        if (!is_utf8(key) || !is_utf8(value)) {
            return sentence("metadata ", quote(key), ": expected UTF-8, found other bytes");
        }
        keys.push_back(key);
    }
    if (const auto twice = find_duplicate(std::move(keys))) {
        return sentence("metadata ", quote(*twice), ": expected every key once, found it twice");
    }
    return {};
}

inline std::string safetensors_header(std::span<const tensor_to_write> tensors,
                                      const text_pairs& metadata) {
    std::string header = "{";
    if (!metadata.empty()) {
        header += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            if (header.back() != '{') header += ',';
            json::append_string(header, key);
            header += ':';
            json::append_string(header, value);
        }
        header += '}';
    }
    std::size_t offset = 0;
    for (const tensor_to_write& t : tensors) {
        if (header.size() > 1) header += ',';
        json::append_string(header, t.name);
        header += ":{\"dtype\":\"F32\",\"shape\":[";
        for (std::size_t i = 0; i < t.shape.size(); ++i) {
            header += sentence(i == 0 ? "" : ",", t.shape[i]);
        }
        const std::size_t end = offset + 4 * t.values.size();
        header += sentence("],\"data_offsets\":[", offset, ",", end, "]}");
        offset = end;
    }
    header += '}';
    header.append((8 - header.size() % 8) % 8, ' '); // so that the data is aligned
    return header;
}

} // namespace detail

// The bytes of a file of F32 tensors, in the order given: equal input gives equal bytes. An error
// if no reader would accept them.
[[nodiscard]] inline result<std::string> safetensors_bytes(std::span<const tensor_to_write> tensors,
                                                           const text_pairs& metadata = {}) {
    if (std::string why = detail::find_unwritable(tensors, metadata); !why.empty()) {
        return error{std::move(why)};
    }
    const std::string header = detail::safetensors_header(tensors, metadata);
    if (header.size() > max_safetensors_header) {
        return error{sentence("expected names, shapes and metadata of at most ",
                              max_safetensors_header, " bytes, found ", header.size())};
    }
    std::size_t size = 8 + header.size();
    for (const tensor_to_write& t : tensors)
        size += 4 * t.values.size();

    std::string bytes;
    bytes.reserve(size);
    const auto append_little_endian = [&bytes](std::uint64_t value, int count) {
        for (int i = 0; i < count; ++i)
            bytes += static_cast<char>(value >> (8 * i) & 0xffu);
    };
    append_little_endian(header.size(), 8);
    bytes += header;
    for (const tensor_to_write& t : tensors) {
        for (const float value : t.values) {
            append_little_endian(std::bit_cast<std::uint32_t>(value), 4);
        }
    }
    return bytes;
}

// Writes F32 tensors atomically. Returns nothing, or what failed; then the old file is unchanged.
[[nodiscard]] inline std::optional<error>
write_safetensors(const std::string& path, std::span<const tensor_to_write> tensors,
                  const text_pairs& metadata = {}) {
    const result<std::string> bytes = safetensors_bytes(tensors, metadata);
    if (!bytes) return error{sentence(path, ": not written: ", bytes.error().message)};
    return write_file_atomically(path, *bytes);
}

} // namespace laminate::inline LAMINATE_ISA
