// SPDX-License-Identifier: MIT
#pragma once

// Numbers that change their places, by a table: forth, and gradients back. While training, each
// position of a row begins a line, which the table has taken into account. Needs a table of Count
// pairs, a place in a row of x (or none, of what is filled in) and one in a row of y.

#include <array>
#include <cstddef>
#include <cstdint>

#include "../../base/compiler.hpp"

namespace laminate::kernel {
inline namespace LAMINATE_ISA {

inline constexpr std::uint32_t filled = 0xffffffffU;

template <std::size_t Count>
struct move_table {
    std::array<std::uint32_t, Count> x = {};
    std::array<std::uint32_t, Count> y = {};
};

template <std::size_t Count>
void move_by(const move_table<Count>& table, const float* x, std::size_t x_stride, float* y,
             std::size_t y_stride, std::size_t rows, float filling) {
    for (std::size_t row = 0; row < rows; ++row, x += x_stride, y += y_stride)
        for (std::size_t i = 0; i < Count; ++i)
            y[table.y[i]] = table.x[i] == filled ? filling : x[table.x[i]];
}

// The gradient of x, of Floats floats, is the sum of all gradients that come from it, in the order
// of the table; added to what is there if Adds.
template <bool Adds, std::size_t Floats, std::size_t Count>
void move_back_by(const move_table<Count>& table, const float* dy, std::size_t dy_stride, float* dx,
                  std::size_t dx_stride, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row, dy += dy_stride, dx += dx_stride) {
        if constexpr (!Adds)
            for (std::size_t i = 0; i < Floats; ++i)
                dx[i] = 0.0f;
        for (std::size_t i = 0; i < Count; ++i)
            if (table.x[i] != filled) dx[table.x[i]] += dy[table.y[i]];
    }
}

// Of a move that leaves all floats, whole lines of them, where they are.
template <class P, bool Adds>
void copy_back(const float* dy, float* dx, std::size_t floats) {
    for (std::size_t i = 0; i < floats; i += P::lanes)
        P::store(dx + i, Adds ? P::add(P::load(dx + i), P::load(dy + i)) : P::load(dy + i));
}

} // namespace LAMINATE_ISA
} // namespace laminate::kernel
