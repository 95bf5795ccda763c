// SPDX-License-Identifier: MIT
// Drops a function that returns every value it can get as it is, because the bounds of its input
// say so: a ReLU all of whose units are always active. What is left are two dense layers in a row,
// which merge_dense takes from there. (A layer of which only some units are always active stays: a
// chain has no way around it for those.)

#include <laminate/base/error.hpp>
#include <laminate/ir/kind/table.hpp>

#include <algorithm>

#include "../bounds.hpp"
#include "../edit.hpp"
#include "passes.hpp"

namespace laminate::codegen {

void linearise(graph& network, const optimise_options& options, pass_report& report) {
    const std::vector<std::vector<interval>> values = bounds(network, options);
    for (std::size_t i = network.nodes.size(); i-- > 1;) {
        const ir::node& n = network.nodes[i];
        const std::vector<interval>& in = values[i - 1];
        if (!ir::is_elementwise(n.kind) || network.nodes.size() == 2) continue;
        if (!std::all_of(in.begin(), in.end(), [&n](interval x) { return passes(n, x); })) continue;
        report.events.push_back(sentence("dropped ", network.origins[i], ": all ", in.size(),
                                         " units always return what they get"));
        erase(network, i);
    }
}

} // namespace laminate::codegen
