// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <fmt/format.h>

#include <cmath>

#include "../graph/evaluate.hpp"
#include "ports.hpp"
#include "terminal.hpp"

namespace laminate::codegen::tool {

namespace {

void check_range(const std::vector<float>& inputs, std::size_t width, const model_options& options,
                 const std::string& path) {
    const std::vector<interval> ranges = parse_input_range(options.input_range);
    if (ranges.empty() || !options.optimize) return;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const interval& range = ranges[ranges.size() == 1 ? 0 : i % width];
        const auto number = static_cast<double>(inputs[i]);
        if (range.low <= number && number <= range.high) continue;
        raise(error{fmt::format("{}: expected inputs within --input-range {}, found {} at row {}, "
                                "input {}, where the range is {} to {}. Widen the range",
                                path, options.input_range, inputs[i], i / width, i % width,
                                range.low, range.high)});
    }
}

} // namespace

std::vector<double> values_of(const std::vector<reference::estimate>& estimates) {
    std::vector<double> values;
    for (const reference::estimate& e : estimates)
        values.push_back(e.value);
    return values;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

results compute(const network& n, const model_options& options,
                const std::vector<std::string>& input) {
    const graph& g = n.source.network;
    const rows read = read_ports(input_ports(g), input, "--input");
    results r;
    r.rows = read.count;
    r.inputs = to_floats(read.numbers);
    check_range(r.inputs, g.inputs(), options, joined(input));

    const progress shown(fmt::format("evaluating {} rows", r.rows));
    r.model = evaluate_reference(g, r.inputs, {.anyones = true});
    r.allowed = evaluate_reference(n.optimised, r.inputs, {});
    for (std::size_t i = 0; i < r.allowed.size(); ++i) {
        // Both graphs are one function; what folding in double lost is far below a float's
        // rounding.
        constexpr double folding = 0x1p-40;
        r.allowed[i] = {r.model[i].value,
                        r.allowed[i].bound + folding * std::abs(r.model[i].value)};
    }
    r.kernels = evaluate(n.plan, r.inputs);
    return r;
}

} // namespace laminate::codegen::tool
