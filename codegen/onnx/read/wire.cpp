// SPDX-License-Identifier: MIT
#include "wire.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace laminate::codegen::onnx {
namespace {

// The messages that may hold many others, and in which fields; all others count as text.
enum kind : unsigned char { model, graph, node, attribute, tensor, other, blob };

struct field {
    kind in;
    std::uint64_t number;
    kind holds;
};

constexpr field fields[] = {
    {model, 7, graph},      {model, 25, other},    {graph, 1, node},        {graph, 5, tensor},
    {graph, 11, other},     {graph, 12, other},    {graph, 13, other},      {node, 5, attribute},
    {attribute, 5, tensor}, {attribute, 6, graph}, {attribute, 10, tensor}, {attribute, 11, graph},
    {tensor, 9, blob},      {tensor, 13, other},
};

kind held(kind in, std::uint64_t number) {
    const auto* const found =
        std::find_if(std::begin(fields), std::end(fields),
                     [&](const field& f) { return f.in == in && f.number == number; });
    return found == std::end(fields) ? other : found->holds;
}

constexpr std::size_t per_message = 320; // the largest of ONNX's messages, and its pointers
constexpr std::size_t per_number = 8;    // a varint of one byte
constexpr int deepest = 64;

bool read_number(std::string_view& bytes, std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes.front());
        bytes.remove_prefix(1);
        number |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

std::size_t memory_of(std::string_view bytes, kind in, int depth) {
    if (in == blob) return bytes.size();
    // Text, packed numbers, or a small message: each byte may be one number.
    std::size_t total = per_message + (in == other ? per_number * bytes.size() : 0);
    if (depth == deepest) return total;
    std::uint64_t tag = 0;
    while (!bytes.empty() && read_number(bytes, tag)) {
        std::uint64_t size = 0;
        switch (tag & 7u) {
        case 0:
            if (!read_number(bytes, size)) return total;
            total += per_number;
            continue;
        case 1:
            size = 8;
            total += per_number;
            break;
        case 5:
            size = 4;
            total += per_number;
            break;
        case 2:
            if (!read_number(bytes, size) || size > bytes.size()) return total;
            total += memory_of(bytes.substr(0, size), held(in, tag >> 3), depth + 1);
            break;
        default:
            return total;
        }
        if (size > bytes.size()) return total;
        bytes.remove_prefix(size);
    }
    return total;
}

} // namespace

std::size_t estimated_memory(std::string_view bytes) { return memory_of(bytes, model, 0); }

} // namespace laminate::codegen::onnx
