// SPDX-License-Identifier: MIT
// Floor, Ceil, Round (ties to even), of constants; Sign, of anything.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {

void round(call& c) {
    const std::string& name = c.name();
    if (name == "Sign" && c.flow_at(0) != nullptr)
        return c.set(combined(c, step::sign, {c.in(0)}, type_of(c.in(0))));
    const auto f = name == "Floor"   ? +[](double x) { return std::floor(x); }
                   : name == "Ceil"  ? +[](double x) { return std::ceil(x); }
                   : name == "Round" ? +[](double x) { return std::nearbyint(x); }
                                     : +[](double x) {
                                           return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x;
                                       };
    c.set(mapped(c, c.known(0, "its input"), f));
}

} // namespace laminate::codegen::onnx::rules
