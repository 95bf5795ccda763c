// SPDX-License-Identifier: MIT
// Clip, with bounds as attributes (before opset 11) or as inputs.
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace laminate::codegen::onnx::rules {
namespace {

double clip_bound(const call& c, std::size_t i, const char* name, double otherwise) {
    double number = otherwise;
    if (c.opset() < 11) {
        number = c.number(name, otherwise);
    } else if (c.has(i)) {
        const constant& k = c.known(i, name);
        if (k.size() != 1) refuse("expected one number as ", name, ", found ", k.size());
        number = k[0];
    }
    if (std::isnan(number)) refuse("expected a number as ", name, ", found nan");
    return number;
}

} // namespace

void clip(call& c) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double high = clip_bound(c, 2, "max", infinity);
    // Where min is larger, ONNX says that max is the result.
    const double low = std::min(clip_bound(c, 1, "min", -infinity), high);
    ir::node f = node_of(ir::op::clip);
    f.min_value = static_cast<float>(low);
    f.max_value = static_cast<float>(high);
    apply(c, f, [=](double x) { return std::min(std::max(x, low), high); });
}

} // namespace laminate::codegen::onnx::rules
