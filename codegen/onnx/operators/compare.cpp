// SPDX-License-Identifier: MIT
// Equal, Less, LessOrEqual, Greater, GreaterOrEqual, And, Or, Xor, of constants; Less also of a
// flow with one number, for a Where that chooses by it.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <optional>
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

// The number that a flow is compared with, if that is all that happens.
std::optional<double> threshold_of(const call& c) {
    const constant* const k = c.constant_at(1);
    if (c.name() != "Less" || c.flow_at(0) == nullptr || k == nullptr || k->size() != 1 ||
        broadcast(c.shape(0), k->shape) != c.shape(0))
        return std::nullopt;
    return (*k)[0];
}

} // namespace

void compare(call& c) {
    expect_one_type(c);
    if (const auto threshold = threshold_of(c)) {
        expect_real(c);
        return c.set(c.network().part(*c.flow_at(0), {fragment::kind::is_below, *threshold},
                                      element::boolean));
    }
    const auto* const found = std::find_if(std::begin(relations), std::end(relations),
                                           [&c](const relation& r) { return r.name == c.name(); });
    const auto holds = found->holds;
    c.set(paired(c, c.known(0, "both inputs"), c.known(1, "both inputs"), element::boolean,
                 [holds](double a, double b) { return holds(a, b) ? 1.0 : 0.0; }));
}

} // namespace laminate::codegen::onnx::rules
