// SPDX-License-Identifier: MIT
// Equal, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or, Xor, of constants.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <algorithm>
#include <string_view>

namespace laminate::codegen::onnx::rules {
namespace {

struct relation {
    std::string_view name;
    bool (*holds)(double, double);
};

constexpr relation relations[] = {
    {"Equal", [](double a, double b) { return a == b; }},
    {"Less", [](double a, double b) { return a < b; }},
    {"LessOrEqual", [](double a, double b) { return a <= b; }},
    {"Greater", [](double a, double b) { return a > b; }},
    {"GreaterOrEqual", [](double a, double b) { return a >= b; }},
    {"And", [](double a, double b) { return a != 0.0 && b != 0.0; }},
    {"Or", [](double a, double b) { return a != 0.0 || b != 0.0; }},
    {"Xor", [](double a, double b) { return (a != 0.0) != (b != 0.0); }},
};

} // namespace

void compare(call& c) {
    expect_one_type(c);
    const auto* const found = std::find_if(std::begin(relations), std::end(relations),
                                           [&c](const relation& r) { return r.name == c.name(); });
    const auto holds = found->holds;
    c.set(paired(c, c.known(0, "both inputs"), c.known(1, "both inputs"), element::boolean,
                 [holds](double a, double b) { return holds(a, b) ? 1.0 : 0.0; }));
}

} // namespace laminate::codegen::onnx::rules
