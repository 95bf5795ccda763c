// SPDX-License-Identifier: MIT
// Where, of constants, or as a relu with a threshold and a slope below it is spelt.
#include "arithmetic.hpp"
#include "gate.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void where(call& c) {
    expect_one_type(c, 1);
    if (c.flow_at(0) != nullptr && c.flow_at(1) != nullptr && c.flow_at(2) != nullptr) {
        const auto found = choice(c.network(), *c.flow_at(0), *c.flow_at(1), *c.flow_at(2));
        if (!found)
            refuse("branches: it chooses between values that depend on the network's input, which "
                   "is read only as Where(Less(x, t), (x - t) * slope, x)");
        return c.set(*found);
    }
    const char* const what = "the condition and both choices";
    const constant& yes = c.known(1, what);
    const constant& no = c.known(2, what);
    const dims out = broadcast(broadcast(c.known(0, what).shape, yes.shape), no.shape);
    const value condition = expanded(c, c.in(0), out);
    const value first = expanded(c, yes, out);
    const value second = expanded(c, no, out);
    std::vector<double> numbers;
    for (std::size_t i = 0; i < count(out); ++i)
        numbers.push_back(
            std::get<constant>(std::get<constant>(condition)[i] != 0.0 ? first : second)[i]);
    c.set(make_constant(out, yes.type, std::move(numbers)));
}

} // namespace laminate::codegen::onnx::rules
