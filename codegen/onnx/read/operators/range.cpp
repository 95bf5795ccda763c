// SPDX-License-Identifier: MIT
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {

void range(call& c) {
    double given[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const constant& k = c.known(i, "start, limit and delta");
        if (k.size() != 1) refuse("expected one number each, found ", k.size());
        given[i] = k[0];
    }
    const auto [start, limit, delta] = given;
    const double steps = std::ceil((limit - start) / delta);
    if (!(steps < 1e9))
        refuse("expected a range that ends, found a delta of ", std::to_string(delta));
    const auto size = static_cast<std::size_t>(std::max(steps, 0.0));
    c.allow({size});
    std::vector<double> numbers;
    for (std::size_t i = 0; i < size; ++i)
        numbers.push_back(start + static_cast<double>(i) * delta);
    constant y = make_constant({size}, type_of(c.in(0)), std::move(numbers));
    const auto is_of_batch = [&c](std::size_t i) {
        const std::vector<bool>& marked = c.constant_at(i)->from_batch;
        return !marked.empty() && marked[0];
    };
    if (is_of_batch(0) || is_of_batch(1) || is_of_batch(2)) y.from_batch.assign(size, true);
    if (is_of_batch(1) && size == 1 && start == 0.0 && delta == 1.0) y.counts_rows = {true};
    c.set(std::move(y));
}

} // namespace laminate::codegen::onnx::rules
