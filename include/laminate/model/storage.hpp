// SPDX-License-Identifier: MIT
#pragma once

// The memory of a model's parameters: on the heap, or inline for constant expressions and firmware.
// Needs the number of floats. Promises 64-byte alignment, zeros at the start, and value semantics.

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

inline constexpr std::size_t alignment = line_floats * sizeof(float);

// Size floats on the heap. What is moved from is as a new one, all zeros: it shares them with all
// others until somebody writes to it, so a move allocates nothing and reading asks nothing.
template <std::size_t Size>
class heap_storage {
public:
    heap_storage() : floats_(allocate_zeros()) {}
    heap_storage(const heap_storage& other) : floats_(allocate()) {
        std::copy_n(other.floats_, Size, floats_);
    }
    heap_storage(heap_storage&& other) noexcept
        : floats_(std::exchange(other.floats_, zeros_.data())) {}
    heap_storage& operator=(heap_storage other) noexcept {
        std::swap(floats_, other.floats_);
        return *this;
    }
    ~heap_storage() {
        // In std::optional's union, Clang's analyser sees it called twice.
        // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDelete)
        if (floats_ != zeros_.data()) ::operator delete[](floats_, std::align_val_t{alignment});
    }

    constexpr float* data() {
        if (floats_ == zeros_.data()) floats_ = allocate_zeros();
        return floats_;
    }
    constexpr const float* data() const noexcept { return floats_; }
    static constexpr std::size_t size() noexcept { return Size; }

    friend constexpr bool operator==(const heap_storage& a, const heap_storage& b) {
        return std::equal(a.floats_, a.floats_ + Size, b.floats_);
    }

private:
    static float* allocate() {
        return static_cast<float*>(
            ::operator new[]((Size == 0 ? 1 : Size) * sizeof(float), std::align_val_t{alignment}));
    }

    static float* allocate_zeros() {
        float* const floats = allocate();
        std::fill_n(floats, Size, 0.0f);
        return floats;
    }

    // Not constant, or they would be part of the program's file.
    alignas(alignment) static inline std::array<float, Size + 1> zeros_ = {};

    float* floats_;
};

// Size floats inside the model itself.
template <std::size_t Size>
class inline_storage {
public:
    constexpr float* data() noexcept { return floats_.data(); }
    constexpr const float* data() const noexcept { return floats_.data(); }
    static constexpr std::size_t size() noexcept { return Size; }

    friend constexpr bool operator==(const inline_storage&, const inline_storage&) = default;

private:
    alignas(alignment) std::array<float, Size> floats_ = {};
};

// A network without parameters needs none.
template <>
class inline_storage<0> {
public:
    constexpr float* data() const noexcept { return nullptr; }
    static constexpr std::size_t size() noexcept { return 0; }
    friend constexpr bool operator==(const inline_storage&, const inline_storage&) = default;
};

} // namespace laminate::inline LAMINATE_ISA
