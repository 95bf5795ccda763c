// SPDX-License-Identifier: MIT
#pragma once

// What a name of the file's graph stands for while it is imported: a constant, or a flow, which
// depends on the network's input. Needs dims. Promises values that are cheap to copy.

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include "dims.hpp"
#include "element.hpp"
#include "selection.hpp"

namespace laminate::codegen::onnx {

inline constexpr std::size_t no_axis = static_cast<std::size_t>(-1);

// Numbers known now. Integers beyond 2^53 are rounded; they occur only as "as far as there is".
struct constant {
    dims shape;
    element type = element::float32;
    std::shared_ptr<const std::vector<double>> numbers;
    // Whether a number is the extent of the free batch, which only stands for itself: none if
    // empty.
    std::vector<bool> from_batch = {};
    // Whether such a number is the one of each row in the batch, which is 0 here: none if empty.
    std::vector<bool> counts_rows = {};
    // The axis whose extent is that of the free batch, where numbers were expanded to it.
    std::size_t batch = no_axis;

    double operator[](std::size_t i) const { return (*numbers)[i]; }
    std::size_t size() const { return numbers->size(); }
};

inline constant make_constant(dims shape, element type, std::vector<double> numbers) {
    return {std::move(shape), type,
            std::make_shared<const std::vector<double>>(std::move(numbers))};
}

// A tensor whose element i is unit units[i] of the row that a node of the network gives. So what
// only moves elements costs nothing, nor does a change of shape: units know of none.
struct flow {
    dims shape;
    element type = element::float32;
    std::size_t node = 0;
    selection units;
    std::size_t batch = no_axis; // the axis of the free batch, which has extent 1 here
};

using value = std::variant<constant, flow>;

inline const dims& shape_of(const value& v) {
    return std::visit([](const auto& x) -> const dims& { return x.shape; }, v);
}
inline element type_of(const value& v) {
    return std::visit([](const auto& x) { return x.type; }, v);
}
inline std::size_t batch_of(const value& v) {
    return std::visit([](const auto& x) { return x.batch; }, v);
}
// The axis of a tensor of this shape that has the free batch's extent, if one does.
std::size_t batch_of_shape(const constant& shape);

// A tensor of another shape, made of elements of `from`; of a flow also where its batch is now.
value pick(const value& from, dims shape, const selection& sources, std::size_t batch);

// The same elements in the same order.
value reshaped(const value& from, dims shape, std::size_t batch);

} // namespace laminate::codegen::onnx
