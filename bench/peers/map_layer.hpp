// SPDX-License-Identifier: MIT
#pragma once

// What a peer is given of a network over maps: its layers as plain numbers, each with what it
// reads, and what follows it, an addition and then an activation. Values are channels last. Needs a
// network of convolutions, pools, dense layers, additions, relu and softmax.

#include "peer.hpp"

namespace bench {

struct map_extents {
    std::size_t height = 1;
    std::size_t width = 1;
    std::size_t channels = 1;

    constexpr std::size_t positions() const { return height * width; }
    constexpr std::size_t size() const { return positions() * channels; }
};

// A dense layer is a convolution whose window is all of its map, without padding.
struct map_layer_shape {
    static constexpr std::size_t none = lam::ir::none;

    lam::ir::op kind = lam::ir::op::conv; // or depthwise_conv, max_pool, average_pool
    map_extents in;
    map_extents out;
    lam::ir::window_axis rows;
    lam::ir::window_axis columns;
    std::size_t reads = none; // the layer whose value it reads; none: the input
    std::size_t adds = none;  // the layer whose value it adds, if any
    lam::ir::op activation = lam::ir::op::linear;
    std::size_t inputs = 0; // floats
    std::size_t outputs = 0;

    constexpr bool learns() const {
        return kind == lam::ir::op::conv || kind == lam::ir::op::depthwise_conv;
    }
    constexpr std::size_t channels_of_window() const {
        return kind == lam::ir::op::conv ? in.channels : 1;
    }
    // Inputs of an output.
    constexpr std::size_t terms() const {
        return rows.kernel * columns.kernel * channels_of_window();
    }
    constexpr bool sees_single_positions() const {
        return rows.kernel * columns.kernel == 1 && rows.stride * columns.stride == 1;
    }
};

struct map_layer : map_layer_shape {
    std::vector<float> weights; // [output][row][column][channel]
    std::vector<float> bias;
};

constexpr map_extents extents_of(const lam::shape& s) {
    if (s.rank == 3) return {s.extent[0], s.extent[1], s.extent[2]};
    return {1, 1, s.size()};
}

// Throws, which doesn't compile, what peers don't know.
template <class Network>
inline constexpr auto map_layer_shapes = [] {
    using enum lam::ir::op;
    constexpr const auto& plan = lam::plan(Network{});
    constexpr auto is_layer = [](const lam::ir::node& n) {
        return n.kind == dense || n.kind == conv || n.kind == depthwise_conv ||
               n.kind == max_pool || n.kind == average_pool;
    };
    constexpr auto layers = static_cast<std::size_t>(std::ranges::count_if(plan.nodes, is_layer));
    std::array<map_layer_shape, layers> shapes = {};
    std::array<std::size_t, plan.nodes.size()> layer_of = {};
    layer_of[0] = lam::ir::none;
    std::size_t found = 0;
    for (std::size_t i = 1; i < plan.nodes.size(); ++i) {
        const lam::ir::node& n = plan.nodes[i];
        const std::size_t from = layer_of[n.inputs[0]];
        layer_of[i] = from;
        if (is_layer(n)) {
            const lam::shape& map = plan.nodes[n.inputs[0]].output;
            map_layer_shape& to = shapes[found];
            to.kind = n.kind == dense ? conv : n.kind;
            to.in = n.kind == dense && from != lam::ir::none ? shapes[from].out : extents_of(map);
            to.out = extents_of(n.output);
            const lam::ir::windows w = lam::ir::windows_of(n, map);
            to.rows =
                n.kind == dense ? lam::ir::window_axis{to.in.height, 0, 0, to.in.height} : w.height;
            to.columns =
                n.kind == dense ? lam::ir::window_axis{to.in.width, 0, 0, to.in.width} : w.width;
            to.reads = from;
            to.inputs = to.in.size();
            to.outputs = to.out.size();
            layer_of[i] = found++;
        } else if (n.kind == add) { // of the layer before it and an earlier one
            const auto [earlier, last] = std::minmax(from, layer_of[n.inputs[1]]);
            layer_of[i] = last;
            shapes[last].adds = earlier;
        } else if (n.kind == relu || n.kind == softmax) {
            shapes[from].activation = n.kind;
        } else if (n.kind != linear && n.kind != reshape) {
            throw "peers don't know this layer";
        }
    }
    return shapes;
}();

// [output][channel][tap], as files have them, to [output][tap][channel].
inline std::vector<float> channels_last(const std::vector<float>& w, std::size_t taps,
                                        std::size_t channels) {
    std::vector<float> to(w.size());
    for (std::size_t k = 0; k < w.size(); ++k) {
        const std::size_t tap = k % taps;
        const std::size_t channel = k / taps % channels;
        to[k / (taps * channels) * taps * channels + tap * channels + channel] = w[k];
    }
    return to;
}

template <class Network>
std::vector<map_layer> map_layers_of(const lam::model<Network>& model) {
    std::vector<map_layer> layers;
    for (const map_layer_shape& shape : map_layer_shapes<Network>)
        static_cast<map_layer_shape&>(layers.emplace_back()) = shape;
    std::size_t next = 0;
    boost::hana::for_each(model.layers(), [&](const auto& from) {
        if constexpr (requires { from.weights; }) {
            while (!layers[next].learns())
                ++next;
            map_layer& to = layers[next++];
            std::vector<float> weights;
            from.weights.each([&](float w) { weights.push_back(w); });
            from.bias.each([&](float b) { to.bias.push_back(b); });
            // A dense layer's are channels last already, as its input is.
            constexpr bool windows = requires { from.weights(0, 0, 0, 0); };
            to.weights = windows ? channels_last(weights, to.rows.kernel * to.columns.kernel,
                                                 to.channels_of_window())
                                 : std::move(weights);
        }
    });
    return layers;
}

// [output][input] -> [input][output]
inline aligned_floats input_major(const map_layer& l) {
    const std::size_t outputs = l.bias.size(); // a pool has none
    aligned_floats transposed(l.weights.size());
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t i = 0; i < l.terms(); ++i)
            transposed[i * outputs + o] = l.weights[o * l.terms() + i];
    return transposed;
}

// The taps of a window at position `at` that lie in the map: from, to.
constexpr std::pair<std::size_t, std::size_t> taps_at(const lam::ir::window_axis& a,
                                                      std::size_t at) {
    const std::size_t first = at * a.stride;
    const std::size_t from = first < a.before ? a.before - first : 0;
    const std::size_t to = std::min(a.kernel, a.before + a.extent - first);
    return {from, to};
}

} // namespace bench
