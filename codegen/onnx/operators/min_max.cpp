// SPDX-License-Identifier: MIT
// Max and Min: of constants, or of a flow with constants that are one number, which is a clip.
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
    const flow* x = nullptr;
    for (std::size_t i = 0; i < c.inputs(); ++i) {
        const flow* const f = c.flow_at(i);
        if (f != nullptr && x != nullptr)
            refuse("branches: it compares two values that both depend on the network's input, "
                   "which isn't supported");
        if (f != nullptr) x = f;
    }
    const std::optional<constant> limit = limit_of(c, largest);
    if (x == nullptr && limit) return c.set(*limit);
    if (!limit) return c.set(c.in(0));
    const std::vector<double>& numbers = *limit->numbers;
    if (numbers.empty() ||
        std::any_of(numbers.begin(), numbers.end(), [&](double n) { return n != numbers.front(); }))
        refuse("expected one number to compare with, found several");
    const value all = expanded(c, *x, broadcast(x->shape, limit->shape));
    ir::node f = node_of(largest && numbers.front() == 0.0 ? ir::op::relu : ir::op::clip);
    if (f.kind == ir::op::clip) {
        f.beta = -std::numeric_limits<float>::infinity();
        (largest ? f.beta : f.max_value) = static_cast<float>(numbers.front());
    }
    c.set(c.network().elementwise(std::get<flow>(all), f));
}

} // namespace laminate::codegen::onnx::rules
