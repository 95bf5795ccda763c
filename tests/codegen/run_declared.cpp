// SPDX-License-Identifier: MIT
// Declared networks that were written, loaded from the files written with them: the bits of the
// standalone sources of the same networks. usage: run_declared <their folder>

#include "chain.hpp"
#include "chain_network.hpp"
#include "graph.hpp"
#include "graph_network.hpp"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t rows = 40;

std::vector<float> made_up(std::size_t units) {
    std::vector<float> in(rows * units);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = static_cast<float>(i * 7 % 31) * 0.2f - 3.0f;
    return in;
}

bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

bool chain_is_right(const std::string& folder) {
    const auto model = laminate::load(chain_network::chain{}, folder + "/chain.safetensors");
    const std::vector<float> in = made_up(chain_network::inputs);
    std::vector<float> expected(rows * chain_network::outputs), found(expected.size());
    chain_network::infer_batch(in.data(), expected.data(), rows);
    model.batch(in, found);
    return same(found, expected) && chain_network::self_test();
}

bool graph_is_right(const std::string& folder) {
    const auto model = laminate::load(graph_network::graph{}, folder + "/graph.safetensors");
    const std::vector<float> state = made_up(7), goal = made_up(3);
    std::vector<float> a(rows * 4), b(rows * 3), c(rows), x(a.size()), y(b.size()), z(c.size());
    graph_network::infer_batch(state.data(), goal.data(), a.data(), b.data(), c.data(), rows);
    model.batch(state, goal, x, y, z);
    return same(a, x) && same(b, y) && same(c, z) && graph_network::self_test();
}

} // namespace

int main(int, char** argv) {
    const bool right = chain_is_right(argv[1]) && graph_is_right(argv[1]);
    std::puts(right ? "the same bits" : "other bits");
    return right ? 0 : 1;
}
