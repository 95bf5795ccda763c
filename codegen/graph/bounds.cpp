// SPDX-License-Identifier: MIT
#include "bounds.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "reference/evaluate.hpp"
#include "reference/intervals.hpp"

namespace laminate::codegen {

interval outward(interval range) {
    const auto rounded = [](double end) {
        return std::abs(end) <= reference::largest ? static_cast<double>(static_cast<float>(end))
                                                   : end;
    };
    return {std::min(range.low, rounded(range.low)), std::max(range.high, rounded(range.high))};
}

std::vector<std::vector<interval>> bounds(const graph& network, const optimise_options& options) {
    const std::vector<interval>& range = options.input_range;
    std::vector<interval> in(network.inputs(), unbounded);
    for (std::size_t i = 0; i < in.size() && !range.empty(); ++i)
        in[i] = outward(range[range.size() == 1 ? 0 : i]);
    return reference::evaluate(reference::intervals{}, std::span(network.nodes),
                               std::span(network.parameters), in);
}

bool passes(const ir::node& n, interval in) {
    return reference::visit(n.kind, [&]<class Kind>(Kind) {
        if constexpr (reference::is_function<Kind>)
            return Kind::passes(reference::unit_of(n, 0.0, 0.0), in);
        else
            return false; // a layer is no function of a unit
    });
}

} // namespace laminate::codegen
