// SPDX-License-Identifier: MIT
#pragma once

// The memory of a model's parameters: on the heap, or inline for constant expressions and firmware.
// Needs the number of floats. Promises 64-byte alignment, zeros at the start, and value semantics.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "../base/compiler.hpp"
#include "../base/panel.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA {

inline constexpr std::size_t alignment = line_floats * sizeof(float);

// Size floats on the heap. A moved-from storage is empty: it can be assigned to and destroyed.
template <std::size_t Size>
class heap_storage {
public:
    heap_storage() : floats_(allocate()) { std::fill_n(floats_.get(), Size, 0.0f); }
    heap_storage(const heap_storage& other) : floats_(other.floats_ ? allocate() : nullptr) {
        if (floats_) std::copy_n(other.floats_.get(), Size, floats_.get());
    }
    heap_storage& operator=(const heap_storage& other) { return *this = heap_storage(other); }
    heap_storage(heap_storage&&) noexcept = default;
    heap_storage& operator=(heap_storage&&) noexcept = default;
    ~heap_storage() = default;

    constexpr float* data() noexcept { return floats_.get(); }
    constexpr const float* data() const noexcept { return floats_.get(); }
    static constexpr std::size_t size() noexcept { return Size; }

    friend constexpr bool operator==(const heap_storage& a, const heap_storage& b) {
        if (!a.floats_ || !b.floats_) return a.floats_ == b.floats_;
        return std::equal(a.data(), a.data() + Size, b.data());
    }

private:
    struct release {
        void operator()(float* p) const noexcept {
            ::operator delete[](p, std::align_val_t{alignment});
        }
    };
    using owner = std::unique_ptr<float[], release>;

    static owner allocate() {
        return owner(static_cast<float*>(
            ::operator new[](Size * sizeof(float), std::align_val_t{alignment})));
    }

    owner floats_;
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
