// SPDX-License-Identifier: MIT
// Max and Min: of constants; of a flow with constants that are one number, which is a clip; of
// flows.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

// All the constants together; none if there is only a flow.
std::optional<constant> limit_of(const call& c, bool largest) {
    std::optional<constant> limit;
    const auto choose = [largest](double a, double b) {
        return largest ? std::max(a, b) : std::min(a, b);
    };
    for (std::size_t i = 0; i < c.inputs(); ++i)
        if (const constant* const k = c.constant_at(i))
            limit = limit ? paired(c, *limit, *k, k->type, choose) : *k;
    return limit;
}

} // namespace

void min_max(call& c) {
    expect_one_type(c);
    const bool largest = c.name() == "Max";
    std::vector<value> flows;
    for (std::size_t i = 0; i < c.inputs(); ++i)
        if (c.flow_at(i) != nullptr) flows.push_back(c.in(i));
    const std::optional<constant> limit = limit_of(c, largest);
    if (flows.empty() && limit) return c.set(*limit);
    value x = flows.empty() ? c.in(0) : flows.front();
    for (std::size_t i = 1; i < flows.size(); ++i)
        x = combined(c, largest ? step::maximum : step::minimum, {x, flows[i]}, type_of(x));
    if (!limit) return c.set(std::move(x));
    const std::vector<double>& numbers = *limit->numbers;
    if (numbers.empty() ||
        std::any_of(numbers.begin(), numbers.end(), [&](double n) { return n != numbers.front(); }))
        return c.set(combined(c, largest ? step::maximum : step::minimum, {x, *limit}, type_of(x)));
    const value all = expanded(c, x, broadcast(shape_of(x), limit->shape));
    ir::node f = node_of(largest && numbers.front() == 0.0 ? ir::op::relu : ir::op::clip);
    if (f.kind == ir::op::clip)
        (largest ? f.min_value : f.max_value) = static_cast<float>(numbers.front());
    c.set(c.network().elementwise(std::get<flow>(all), f));
}

} // namespace laminate::codegen::onnx::rules
