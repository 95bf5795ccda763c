// SPDX-License-Identifier: MIT
#pragma once

// What a peer, another library that runs the same network, is given and how it is called: the
// network as plain matrices, and the ways to use the library from which the fastest is taken. Needs
// a network of dense layers. Promises each peer the form that serves it best, found by trying.

#include "../limits.hpp"

#include <laminate/laminate.hpp>

#include <algorithm>
#include <array>
#include <boost/hana/for_each.hpp>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <xsimd/xsimd.hpp>

namespace bench {

namespace lam = laminate;

using aligned_floats = std::vector<float, xsimd::aligned_allocator<float, 64>>;

// A dense layer and the activation that follows it.
struct layer_shape {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    lam::ir::op activation = lam::ir::op::linear;
};

struct layer : layer_shape {
    std::vector<float> weights; // [output][input]
    std::vector<float> bias;
};

// A peer throws this for a layer that it can't do.
struct peer_cannot : std::runtime_error {
    explicit peer_cannot(lam::ir::op what)
        : std::runtime_error(std::string("can't do ") + lam::ir::name(what)) {}
};

// The dense layers of a network with what follows each. A network of anything else doesn't compile.
template <class Network>
inline constexpr auto layer_shapes = [] {
    constexpr const auto& plan = lam::plan(Network{});
    constexpr auto is_dense = [](const lam::ir::node& n) { return n.kind == lam::ir::op::dense; };
    constexpr auto dense = static_cast<std::size_t>(std::ranges::count_if(plan.nodes, is_dense));
    std::array<layer_shape, dense> shapes = {};
    std::size_t last = 0;
    for (std::size_t i = 1, found = 0; i < plan.nodes.size(); ++i) {
        const lam::ir::node& n = plan.nodes[i];
        if (is_dense(n)) {
            last = found++;
            shapes[last] = {plan.nodes[n.inputs[0]].output.size(), n.units, lam::ir::op::linear};
        } else if (shapes[last].activation == lam::ir::op::linear) {
            shapes[last].activation = n.kind;
        } else {
            throw "two activations follow one layer; peers know one";
        }
    }
    return shapes;
}();

template <class Network>
std::vector<layer> layers_of(const lam::model<Network>& model) {
    std::vector<layer> layers;
    boost::hana::for_each(model.layers(), [&layers](const auto& from) {
        if constexpr (requires { from.weights; }) {
            layer& to = layers.emplace_back();
            static_cast<layer_shape&>(to) = layer_shapes<Network>[layers.size() - 1];
            for (std::size_t o = 0; o < to.outputs; ++o) {
                for (std::size_t i = 0; i < to.inputs; ++i)
                    to.weights.push_back(from.weights(o, i));
                to.bias.push_back(from.bias[o]);
            }
        }
    });
    return layers;
}

inline std::size_t widest(std::span<const layer> layers) {
    std::size_t width = 0;
    for (const layer& l : layers)
        width = std::max(width, l.outputs);
    return width;
}

// [output][input] -> [input][output]
inline aligned_floats input_major(const layer& l) {
    aligned_floats transposed(l.weights.size());
    for (std::size_t o = 0; o < l.outputs; ++o)
        for (std::size_t i = 0; i < l.inputs; ++i)
            transposed[i * l.outputs + o] = l.weights[o * l.inputs + i];
    return transposed;
}

// One way to use a peer: how many rows pass through all layers before the next are touched, so that
// their values stay in a cache, and which of the peer's forms it takes.
struct usage {
    std::size_t rows = 1;
    int form = 0;
};

// A peer is a class with a name and a number of forms to try, described in its first lines. It is
// made from layers and a usage, and called with that many rows:
//     Peer(std::span<const layer>, usage);      throws peer_cannot
//     void operator()(const float* in, float* out);
// If it has a member row_by_row, it takes one row at a time, and no other usage is tried; a member
// `tiles` has the numbers of rows to try, beside all.
// This runs one on any multiple of its rows.
template <class Peer>
class tiled {
public:
    template <class Layer>
    tiled(const std::vector<Layer>& layers, usage u)
        : peer_(std::make_unique<Peer>(layers, u)),
          usage_(u),
          inputs_(layers.front().inputs),
          outputs_(layers.back().outputs) {}

    void operator()(const float* in, float* out, std::size_t rows) {
        for (std::size_t row = 0; row < rows; row += usage_.rows)
            (*peer_)(in + row * inputs_, out + row * outputs_);
    }
    const usage& how() const { return usage_; }

private:
    std::unique_ptr<Peer> peer_;
    usage usage_;
    std::size_t inputs_;
    std::size_t outputs_;
};

// The ways to run `rows` rows; tiles divide them.
inline constexpr std::array<std::size_t, 5> usual_tiles = {16, 32, 64, 128, 256};
inline std::vector<usage> usages(std::size_t rows, int forms,
                                 std::span<const std::size_t> tiles = usual_tiles) {
    std::vector<usage> all;
    for (int form = 0; form < forms; ++form) {
        for (const std::size_t tile : tiles)
            if (tile < rows && rows % tile == 0) all.push_back({tile, form});
        all.push_back({rows, form});
    }
    return all;
}

// The peer in the form that is the fastest for `rows` rows. All are tried in turn, and the winner
// itself is kept: where its pages lie in the caches is part of how fast it is.
template <class Peer, class Layer>
tiled<Peer> fastest(const std::vector<Layer>& layers, const float* in, float* out,
                    std::size_t rows) {
    constexpr bool alone = requires { Peer::row_by_row; };
    std::span<const std::size_t> tiles = usual_tiles;
    if constexpr (requires { Peer::tiles; }) tiles = Peer::tiles;
    const std::size_t tried = std::min<std::size_t>(rows, alone ? 16 : 1024);
    std::vector<std::pair<double, tiled<Peer>>> candidates;
    for (const usage u : usages(alone ? 1 : tried, Peer::forms, tiles))
        candidates.emplace_back(std::numeric_limits<double>::infinity(), tiled<Peer>(layers, u));
    constexpr double enough = 1e6; // ns
    for (int turn = 0; turn < 4; ++turn) {
        for (auto& [best, peer] : candidates) {
            double total = 0.0;
            while (total < enough) {
                const double time = nanoseconds([&] { peer(in, out, tried); });
                best = std::min(best, time);
                total += time;
            }
        }
    }
    const auto by_time = [](const auto& a, const auto& b) { return a.first < b.first; };
    return std::move(std::ranges::min_element(candidates, by_time)->second);
}

} // namespace bench
