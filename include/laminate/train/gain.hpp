// SPDX-License-Identifier: MIT
#pragma once

// By how much an activation shrinks what passes through it, so that starting weights can make up
// for it. Needs nodes. Promises He's derivation for every activation of the ReLU family: with
// inputs that are normally distributed around 0, gain^2 is 1 / E[f(x)^2], so that E[f(x)^2]
// stays 1.

#include <array>
#include <cstddef>
#include <span>

#include "../base/compiler.hpp"
#include "../ir/node.hpp"
#include "../pack/exact_sqrt.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

inline constexpr float prelu_start = 0.25f; // He et al., 2015

// The first node behind `index` that isn't an identity; a linear node if none is.
constexpr ir::node activation_after(std::span<const ir::node> nodes, std::size_t index) {
    for (std::size_t i = index + 1; i < nodes.size(); ++i)
        if (!ir::is_identity(nodes[i].kind)) return nodes[i];
    return {.kind = ir::op::linear};
}

// What has a linear part on one side and none, or little, on the other; and maxout.
constexpr bool is_rectifier(ir::op kind) {
    switch (kind) {
    case ir::op::relu:
    case ir::op::leaky_relu:
    case ir::op::prelu:
    case ir::op::thresholded_relu:
    case ir::op::elu:
    case ir::op::selu:
    case ir::op::celu:
    case ir::op::gelu:
    case ir::op::gelu_tanh:
    case ir::op::swish:
    case ir::op::hard_swish:
    case ir::op::mish:
    case ir::op::maxout:
        return true;
    default:
        return false;
    }
}

// E[max(x1, ..., xK)^2] of normal numbers, by numerical integration (Tseran and Montufar, "On the
// expected complexity of maxout networks", 2021, gives its inverse for some K). Beyond 16 pieces
// that of 16.
constexpr double maxout_moment(std::size_t pieces) {
    constexpr std::array moments = {1.0,     1.0,     1.27566, 1.55133, 1.80002, 2.02174,
                                    2.22030, 2.39953, 2.56262, 2.71210, 2.85003, 2.97802,
                                    3.09740, 3.20924, 3.31444, 3.41374};
    return moments[(pieces < moments.size() ? pieces : moments.size()) - 1];
}

// E[f(x)^2]. Half of the inputs are positive and pass, but for the options of relu.
constexpr double second_moment(const ir::node& n) {
    const auto leaky = [](double slope) { return 0.5 + 0.5 * (slope * slope); };
    const auto alpha = static_cast<double>(n.alpha);
    switch (n.kind) {
    case ir::op::relu: // max_value and threshold change little and are left out
    case ir::op::leaky_relu:
        return leaky(alpha);
    case ir::op::prelu:
        return leaky(static_cast<double>(prelu_start));
    case ir::op::thresholded_relu: // as relu
        return leaky(0.0);
    case ir::op::elu: // E[(exp(x) - 1)^2, x < 0] = e^2 P(-2) - 2 e^(1/2) P(-1) + 1/2, P normal
        return 0.5 + 0.144945417492924 * (alpha * alpha);
    case ir::op::celu: // of alpha 1
        return 0.5 + 0.144945417492924;
    case ir::op::gelu: // these by numerical integration, swish of alpha 1
    case ir::op::gelu_tanh:
        return 0.425221;
    case ir::op::swish:
        return 0.355776;
    case ir::op::hard_swish:
        return 0.331567;
    case ir::op::mish:
        return 0.452342;
    case ir::op::maxout:
        return maxout_moment(n.units);
    default:
        return 1.0;
    }
}

} // namespace detail

// What a node of the ReLU family asks of the weights before it: sqrt(2) for relu,
// sqrt(2 / (1 + slope^2)) for leaky_relu and prelu (He et al., 2015), 1.245 for elu, 1 / sqrt(M)
// for maxout, 1 for all others.
constexpr double relu_gain(const ir::node& n) {
    return pack::newton_root(1.0 / detail::second_moment(n));
}

} // namespace laminate::inline LAMINATE_ISA
