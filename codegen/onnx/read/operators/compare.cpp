// SPDX-License-Identifier: MIT
// Equal, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or, Xor: of constants, or of functions of
// one and the same value.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <algorithm>
#include <string_view>

namespace laminate::codegen::onnx::rules {
namespace {

struct relation {
    std::string_view name;
    step does;
    bool is_turned; // b < a
    bool (*holds)(double, double);
};

constexpr relation relations[] = {
    {"Equal", step::equal, false, [](double a, double b) { return a == b; }},
    {"Less", step::less, false, [](double a, double b) { return a < b; }},
    {"LessOrEqual", step::less_or_equal, false, [](double a, double b) { return a <= b; }},
    {"Greater", step::less, true, [](double a, double b) { return a > b; }},
    {"GreaterOrEqual", step::less_or_equal, true, [](double a, double b) { return a >= b; }},
    {"And", step::both, false, [](double a, double b) { return a != 0.0 && b != 0.0; }},
    {"Or", step::either, false, [](double a, double b) { return a != 0.0 || b != 0.0; }},
    {"Xor", step::differs, false, [](double a, double b) { return (a != 0.0) != (b != 0.0); }},
};

} // namespace

void compare(call& c) {
    expect_one_type(c);
    const auto* const found = std::find_if(std::begin(relations), std::end(relations),
                                           [&c](const relation& r) { return r.name == c.name(); });
    if (!c.all_constant()) {
        const std::size_t first = found->is_turned ? 1 : 0;
        const std::size_t then = 1 - first;
        return c.set(combined(c, found->does, {c.in(first), c.in(then)}, element::boolean));
    }
    const auto holds = found->holds;
    c.set(paired(c, c.known(0, "both inputs"), c.known(1, "both inputs"), element::boolean,
                 [holds](double x, double y) { return holds(x, y) ? 1.0 : 0.0; }));
}

} // namespace laminate::codegen::onnx::rules
