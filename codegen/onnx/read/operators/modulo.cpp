// SPDX-License-Identifier: MIT
// Mod, of constants: with the divisor's sign, or with fmod the dividend's.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {

void modulo(call& c) {
    expect_one_type(c);
    const bool as_c = c.integer("fmod", 0) != 0;
    const constant& a = c.known(0, "both inputs");
    c.set(paired(c, a, c.known(1, "both inputs"), a.type, [as_c](double x, double y) {
        if (y == 0.0) refuse("expected a divisor other than 0, found 0");
        const double rest = std::fmod(x, y);
        return !as_c && rest != 0.0 && (rest < 0.0) != (y < 0.0) ? rest + y : rest;
    }));
}

} // namespace laminate::codegen::onnx::rules
