// SPDX-License-Identifier: MIT
#pragma once

// The ReLU family. second_moment: half of the inputs are positive and pass; where no formula
// stands, by numerical integration.

#include <limits>

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

// With a slope of node::alpha below 0; options change little else and are left out.
struct leaky : rectifier {
    static constexpr double second_moment(const node& n) {
        const auto slope = static_cast<double>(n.alpha);
        return 0.5 + 0.5 * (slope * slope);
    }
};

struct relu : leaky {
    static constexpr spelling spelled(const node& n) {
        spelling s = {"relu"};
        s.add("max_value", n.max_value, std::numeric_limits<float>::infinity());
        s.add("negative_slope", n.alpha, 0.0f);
        s.add("threshold", n.threshold, 0.0f);
        return s;
    }
};

struct leaky_relu : leaky {
    static constexpr spelling spelled(const node& n) {
        spelling s = {"leaky_relu"};
        s.add("negative_slope", n.alpha, 0.01f);
        return s;
    }
};

// With the option alpha, which is 1 where it isn't said.
struct with_alpha : rectifier {
    static constexpr spelling spelled(const node& n) {
        spelling s = {name(n.kind)};
        s.add("alpha", n.alpha, 1.0f);
        return s;
    }
};

struct thresholded_relu : with_alpha {
    static constexpr double second_moment(const node&) { return 0.5; } // as relu
};

// E[(exp(x) - 1)^2, x < 0] = e^2 P(-2) - 2 e^(1/2) P(-1) + 1/2, P normal.
inline constexpr double elu_below_0 = 0.144945417492924;

struct elu : with_alpha {
    static constexpr double second_moment(const node& n) {
        const auto alpha = static_cast<double>(n.alpha);
        return 0.5 + elu_below_0 * (alpha * alpha);
    }
};
struct celu : with_alpha {
    static constexpr double second_moment(const node&) { return 0.5 + elu_below_0; } // of alpha 1
};
struct selu : rectifier {}; // is made to keep variances

struct swish : with_alpha {
    static constexpr spelling spelled(const node& n) {
        if (n.alpha == 1.0f) return {"silu"};
        return with_alpha::spelled(n);
    }
    static constexpr double second_moment(const node&) { return 0.355776; } // of alpha 1
};
struct hard_swish : rectifier {
    static constexpr double second_moment(const node&) { return 0.331567; }
};
struct mish : rectifier {
    static constexpr double second_moment(const node&) { return 0.452342; }
};
struct gelu : rectifier {
    static constexpr double second_moment(const node&) { return 0.425221; }
};
struct gelu_tanh : gelu {
    static constexpr spelling spelled(const node&) {
        spelling s = {"gelu"};
        s.options.push(flag("tanh_approximation"));
        return s;
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
