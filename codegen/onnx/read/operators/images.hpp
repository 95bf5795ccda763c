// SPDX-License-Identifier: MIT
#pragma once

// Maps as rules over windows see them. Files have channels in front of a map, [batch, channels,
// height, width]; layers have them behind it.

#include "../call.hpp"

namespace laminate::codegen::onnx {

// x's shape [images, channels, axes...].
struct images {
    flow x;
    std::size_t count;
    std::size_t channels;
    laminate::shape map; // of one of them, channels last

    std::size_t axes() const { return map.rank - 1; }
    std::size_t floats() const { return map.size(); }
};

// Of input 0; refuses what isn't maps of one axis or two.
images images_of(const call& c);

// Attributes with a number for each axis, at least `least`.
laminate::shape for_axes(const call& c, const char* attribute, std::size_t axes,
                         std::int64_t otherwise, std::int64_t least);

// Refuses kernel_shape where it isn't that of the weights, whose first two extents are others.
void check_kernel_shape(const call& c, const dims& weights);

// Each image through the layer, channels last.
std::vector<flow> layers_over(const call& c, const images& m, ir::node n,
                              const layer_parameters& p);
// Maps of this shape as one value, channels in front.
value channels_in_front(const call& c, const images& m, const std::vector<flow>& maps,
                        const laminate::shape& map);
// Both.
value through(const call& c, const images& m, const ir::node& n, const layer_parameters& p);

} // namespace laminate::codegen::onnx
