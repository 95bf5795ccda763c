// SPDX-License-Identifier: MIT
#pragma once

// Protobuf's wire format, as far as writing needs it: numbers, texts and messages, each behind its
// field's number. Needs fields in the order in which they shall lie. Promises the same bytes on
// every machine, and that whoever writes ONNX needs no library.

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace laminate::codegen {

class protobuf {
public:
    protobuf& integer(unsigned field, std::int64_t number) {
        tag(field, 0);
        varint(static_cast<std::uint64_t>(number)); // a negative one takes ten bytes
        return *this;
    }
    protobuf& real(unsigned field, float number) {
        tag(field, 5);
        append(number);
        return *this;
    }
    protobuf& text(unsigned field, std::string_view bytes) {
        tag(field, 2);
        varint(bytes.size());
        bytes_ += bytes;
        return *this;
    }
    protobuf& message(unsigned field, const protobuf& inner) { return text(field, inner.bytes_); }
    // Floats one after the other, four bytes each, lowest first: what ONNX calls raw data.
    template <class Numbers>
    protobuf& reals(unsigned field, const Numbers& numbers) {
        tag(field, 2);
        varint(numbers.size() * sizeof(float));
        for (const auto number : numbers)
            append(static_cast<float>(number));
        return *this;
    }

    const std::string& bytes() const { return bytes_; }

private:
    void tag(unsigned field, unsigned type) { varint(field << 3 | type); }
    void varint(std::uint64_t number) {
        for (; number >= 0x80; number >>= 7)
            bytes_ += static_cast<char>(static_cast<unsigned char>(number | 0x80));
        bytes_ += static_cast<char>(number);
    }
    void append(float number) {
        const auto bits = std::bit_cast<std::uint32_t>(number);
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes_ += static_cast<char>(static_cast<unsigned char>(bits >> shift));
    }

    std::string bytes_;
};

} // namespace laminate::codegen
