// SPDX-License-Identifier: MIT
#pragma once

// Memory that is as awkward as a caller's may be: exactly as long as needed, so that
// AddressSanitizer sees a read or a write behind its end, and aligned to 4 bytes only.
// Needs malloc. Promises that `intact` notices a write outside of the floats, sanitizer or not.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace laminate::test {

// Size floats; the one before the first is ours, and makes the address odd.
class tight_buffer {
public:
    explicit tight_buffer(std::size_t size)
        : size_(size), floats_(static_cast<float*>(std::malloc((size + 1) * sizeof(float)))) {}
    tight_buffer(const tight_buffer&) = delete;
    tight_buffer& operator=(const tight_buffer&) = delete;
    ~tight_buffer() { std::free(floats_); }

    [[nodiscard]] float* data() const { return floats_ + 1; }
    [[nodiscard]] std::span<float> span() const { return {data(), size_}; }
    float& operator[](std::size_t i) const { return data()[i]; }

private:
    std::size_t size_;
    float* floats_;
};

// Size floats between two fields of a pattern.
class guarded_buffer {
public:
    explicit guarded_buffer(std::size_t size) : all_(size + 2 * guard), size_(size) {
        for (float& f : all_.span())
            f = pattern();
    }
    [[nodiscard]] float* data() const { return all_.data() + guard; }
    [[nodiscard]] std::span<float> span() const { return {data(), size_}; }
    float& operator[](std::size_t i) const { return data()[i]; }

    [[nodiscard]] bool intact() const {
        for (std::size_t i = 0; i < guard; ++i)
            if (changed(all_[i]) || changed(all_[guard + size_ + i])) return false;
        return true;
    }
    static bool changed(float f) { return std::bit_cast<std::uint32_t>(f) != bits; }

private:
    static constexpr std::size_t guard = 64;
    static constexpr std::uint32_t bits = 0x7fc5a5a5; // a NaN that no operation makes
    static float pattern() { return std::bit_cast<float>(bits); }

    tight_buffer all_;
    std::size_t size_;
};

} // namespace laminate::test
