// SPDX-License-Identifier: MIT
#pragma once

// Floats on the heap whose number is known at run time. Needs the heap. Promises an alignment of 64
// bytes and zeros at the start.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include "../../base/compiler.hpp"
#include "../../model/storage.hpp"

namespace laminate::inline LAMINATE_ISA::training {

class buffer {
public:
    buffer() = default;
    explicit buffer(std::size_t size)
        : floats_(static_cast<float*>(
              ::operator new[](size * sizeof(float), std::align_val_t{alignment}))),
          size_(size) {
        std::fill_n(floats_.get(), size, 0.0f);
    }

    float* data() const noexcept { return floats_.get(); }
    std::size_t size() const noexcept { return size_; }
    std::span<float> span() const noexcept { return {data(), size()}; }

private:
    struct release {
        void operator()(float* p) const noexcept {
            ::operator delete[](p, std::align_val_t{alignment});
        }
    };
    std::unique_ptr<float[], release> floats_;
    std::size_t size_ = 0;
};

} // namespace laminate::inline LAMINATE_ISA::training
