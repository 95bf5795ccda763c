// SPDX-License-Identifier: MIT
// The builder's part for layers that go over the windows of a map. Around them rows have one axis,
// as all flows do, in the order of a map: channels last.
#include "builder.hpp"

#include <laminate/ir/kind/windows.hpp>

namespace laminate::codegen::onnx {

flow builder::over_windows(const flow& x, ir::node n, const laminate::shape& map,
                           layer_parameters p, flow like) {
    const std::size_t from = with_extents(in_order(x).node, map);
    const std::size_t channels = n.kind == ir::op::conv ? n.units : laminate::width(map);
    const laminate::shape seen = ir::seen_through(n, map, channels);
    const std::size_t node = append(n, std::move(p), from, seen.size());
    nodes_[node].output = seen;
    like.node = seen.rank == 1 ? node : with_extents(node, vector_shape(seen.size()));
    like.units = identity(seen.size());
    return like;
}

// The value behind which x is only read as one row, with its extents, if each of its units is an
// element of x: what is the same at all of its positions is done there.
std::optional<std::size_t> builder::map_behind(const flow& x) const {
    const ir::node& n = nodes_[x.node];
    if (n.kind != ir::op::reshape || n.output.rank != 1 || x.units.size() != width(x.node) ||
        nodes_[n.inputs[0]].output.rank < 2 || !x.units.is_injective())
        return std::nullopt;
    return n.inputs[0];
}

// Numbers of elements as those of channels, if all positions have the same.
std::optional<std::vector<double>>
builder::by_channel(const flow& x, const std::vector<double>& numbers, std::size_t channels) const {
    std::vector<double> all(channels);
    std::vector<bool> is_known(channels, false);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::size_t c = x.units[i] % channels;
        if (is_known[c] && all[c] != numbers[i]) return std::nullopt;
        all[c] = numbers[i];
        is_known[c] = true;
    }
    return all;
}

std::optional<flow>
builder::at_positions(const flow& x, const ir::node& f,
                      std::initializer_list<const std::vector<double>*> learned) {
    const std::optional<std::size_t> map = map_behind(x);
    if (!map) return std::nullopt;
    layer_parameters p;
    for (const std::vector<double>* const numbers : learned) {
        auto of_channels = by_channel(x, *numbers, laminate::width(nodes_[*map].output));
        if (!of_channels) return std::nullopt;
        p.tensors.push_back(*std::move(of_channels));
    }
    const std::size_t node = append(f, std::move(p), *map, width(*map));
    nodes_[node].output = nodes_[*map].output;
    return over(x, with_extents(node, vector_shape(width(node))));
}

} // namespace laminate::codegen::onnx
