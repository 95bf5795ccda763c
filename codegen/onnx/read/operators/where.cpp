// SPDX-License-Identifier: MIT
// Where, of constants, or of functions of one and the same value.
#include "arithmetic.hpp"
#include "rules.hpp"

namespace laminate::codegen::onnx::rules {

void where(call& c) {
    expect_one_type(c, 1);
    if (!c.all_constant())
        return c.set(combined(c, step::choose, {c.in(0), c.in(1), c.in(2)}, type_of(c.in(1))));
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
