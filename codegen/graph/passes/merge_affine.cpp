// SPDX-License-Identifier: MIT
// Merges an affine node (or a change of sign) with the one behind it:
// s2 (s1 x + t1) + t2 = (s2 s1) x + (s2 t1 + t2), unless that loses digits: (x - mean) / deviation
// is exact where x is near the mean, x / deviation - mean / deviation isn't.

#include <laminate/base/error.hpp>

#include "../edit.hpp"
#include "../typical.hpp"
#include "passes.hpp"

namespace laminate::codegen {

namespace {

// As one affine node, in place of the second.
void merge_affine_pair(graph& network, const typical_row& x, std::size_t first,
                       pass_report& report) {
    const std::size_t second = first + 1;
    const std::size_t units = network.nodes[first].output.size();
    layer_parameters both;
    typical_row after;
    for (std::size_t u = 0; u < units; ++u) {
        const line inner = line_of(network, first, u);
        const line outer = line_of(network, second, u);
        both.scale().push_back(outer.scale * inner.scale);
        both.shift().push_back(outer.scale * inner.shift + outer.shift);
        after.push_back(ir::typical_line(both.scale().back(), both.shift().back(), x[u]));
    }
    const typical_row before = typical_linear(network, second, typical_linear(network, first, x));
    std::string why = lost_digits(before, after);
    if (!fits_float(both.scale()) || !fits_float(both.shift()))
        why = "a number would exceed a float";
    if (!why.empty()) {
        report.left_out.push_back(sentence("kept ", network.origins[first], " and ",
                                           network.origins[second], " apart: merged, ", why));
        return;
    }
    report.events.push_back(sentence("merged ", network.origins[first], " with ",
                                     network.origins[second], " (", units, " units)"));
    report.keeps_values = false;
    network.nodes[second].kind = ir::op::affine;
    network.parameters[second] = std::move(both);
    erase(network, first, second);
}

} // namespace

void merge_affine(graph& network, const optimise_options& options, pass_report& report) {
    std::vector<typical_row> values; // those before a merge aren't changed by it
    for (std::size_t i = network.nodes.size(); i-- > 2;) {
        if (i >= network.nodes.size() || !is_affine(network.nodes[i]) ||
            !is_affine(network.nodes[i - 1]))
            continue;
        if (values.empty()) values = typical_values(network, options);
        merge_affine_pair(network, values[i - 2], i - 1, report);
    }
}

} // namespace laminate::codegen
