// SPDX-License-Identifier: MIT
#include "dims.hpp"

#include "refusal.hpp"

#include <algorithm>

namespace laminate::codegen::onnx {

std::size_t count(const dims& shape) {
    std::size_t product = 1;
    for (std::size_t extent : shape) {
        if (extent != 0 && product > static_cast<std::size_t>(-1) / extent)
            product = static_cast<std::size_t>(-1);
        else
            product *= extent;
    }
    return std::find(shape.begin(), shape.end(), 0u) == shape.end() ? product : 0;
}

std::string text(const dims& shape) {
    std::string joined = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        joined += sentence(i == 0 ? "" : ", ", shape[i]);
    return joined + "]";
}

dims strides(const dims& shape) {
    dims apart(shape.size(), 1);
    for (std::size_t axis = shape.size(); axis-- > 1;)
        apart[axis - 1] = apart[axis] * shape[axis];
    return apart;
}

dims coordinates(std::size_t element, const dims& shape) {
    dims at;
    for (const std::size_t apart : strides(shape)) {
        at.push_back(element / apart);
        element %= apart;
    }
    return at;
}

dims broadcast(const dims& a, const dims& b) {
    dims out(std::max(a.size(), b.size()), 1);
    for (std::size_t i = 1; i <= out.size(); ++i) {
        const std::size_t x = i <= a.size() ? a[a.size() - i] : 1;
        const std::size_t y = i <= b.size() ? b[b.size() - i] : 1;
        if (x != y && x != 1 && y != 1)
            refuse("expected shapes that broadcast, found ", text(a), " and ", text(b));
        out[out.size() - i] = x == 1 ? y : x;
    }
    return out;
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
    const auto extent = static_cast<std::int64_t>(rank);
    if (axis < -extent || axis >= extent)
        refuse("expected an axis from ", -extent, " to ", extent - 1, ", found ", axis);
    return static_cast<std::size_t>(axis < 0 ? axis + extent : axis);
}

std::vector<bool> axes_of(const std::vector<std::int64_t>& axes, std::size_t rank) {
    std::vector<bool> chosen(rank, false);
    for (std::int64_t axis : axes) {
        const std::size_t at = axis_of(axis, rank);
        if (chosen[at]) refuse("expected every axis once, found ", axis, " again");
        chosen[at] = true;
    }
    return chosen;
}

} // namespace laminate::codegen::onnx
