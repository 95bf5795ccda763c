// SPDX-License-Identifier: MIT
#pragma once

// A layer as a user writes it, for summaries, messages and declarations that are generated: the one
// place that knows the words of all of them. Needs a right node. Promises that the compiler reads
// back the node, with its very floats.

#include <array>
#include <charconv>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "../base/compiler.hpp"
#include "../base/error.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

namespace text {

// 0.1f as "0.1f": the fewest digits that are read back as the same float.
inline std::string number(float value) {
    if (value != value) return "std::numeric_limits<float>::quiet_NaN()";
    constexpr float inf = std::numeric_limits<float>::infinity();
    if (value == inf || value == -inf)
        return sentence(value < 0 ? "-" : "", "std::numeric_limits<float>::infinity()");
    std::array<char, 32> digits = {};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    std::string text(digits.data(), end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text + "f";
}

struct option {
    const char* name;
    float value;
    float otherwise; // what the layer has without it
};

// "relu(max_value<6.0f>)", with the options that need to be said.
inline std::string with(const char* layer, std::string_view scope,
                        std::initializer_list<option> options) {
    std::string all;
    for (const option& o : options)
        if (o.value != o.otherwise)
            all += sentence(all.empty() ? "" : ", ", scope, o.name, "<", number(o.value), ">");
    return sentence(scope, layer, all.empty() ? "" : "(", all, all.empty() ? "" : ")");
}

// Each name behind `scope`, such as "laminate::".
inline std::string layer(const node& n, std::string_view scope = "") {
    constexpr float inf = std::numeric_limits<float>::infinity();
    const auto called = [&](const auto&... parts) {
        return sentence(scope, name(n.kind), parts...);
    };
    switch (n.kind) {
    case op::input:
        return called("<", n.output.size(), ">");
    case op::dense:
        return n.bias ? called("<", n.units, ">") : called("<", n.units, ">(", scope, "no_bias)");
    case op::maxout:
        return called("<", n.units, ">");
    case op::dropout:
        return called("<", number(n.alpha), ">");
    case op::relu:
        return with("relu", scope,
                    {{"max_value", n.max_value, inf},
                     {"negative_slope", n.alpha, 0.0f},
                     {"threshold", n.threshold, 0.0f}});
    case op::leaky_relu:
        return with("leaky_relu", scope, {{"negative_slope", n.alpha, 0.01f}});
    case op::prelu:
        return n.shared ? called("(", scope, "shared)") : called();
    case op::elu:
    case op::celu:
    case op::thresholded_relu:
        return with(name(n.kind), scope, {{"alpha", n.alpha, 1.0f}});
    case op::swish:
        return with(n.alpha == 1.0f ? "silu" : "swish", scope, {{"alpha", n.alpha, 1.0f}});
    case op::hard_sigmoid:
        return with("hard_sigmoid", scope, {{"alpha", n.alpha, 0.2f}, {"beta", n.beta, 0.5f}});
    case op::clip:
        return with("clip", scope, {{"min_value", n.beta, -inf}, {"max_value", n.max_value, inf}});
    case op::shrink:
        return with("shrink", scope, {{"lambd", n.threshold, 0.5f}, {"bias", n.beta, 0.0f}});
    case op::gelu_tanh:
        return sentence(scope, "gelu(", scope, "tanh_approximation)");
    case op::softmax:
    case op::log_softmax:
        return n.groups == 1 ? called() : called("(", scope, "groups<", n.groups, ">)");
    default: // without options
        return called();
    }
}

} // namespace text

} // namespace LAMINATE_ISA
} // namespace laminate::ir
