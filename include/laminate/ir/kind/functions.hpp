// SPDX-License-Identifier: MIT
#pragma once

// The other functions of one value.

#include <limits>

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct sigmoid : function {};
struct tanh : function {};
struct erf : function {};
struct softplus : function {};
struct softsign : function {};
struct abs : function {};
struct neg : function {};
struct exp : function {};
struct log : function {};
struct sqrt : function {};
struct reciprocal : function {};
struct square : function {};
struct floor : function {};
struct ceil : function {};
struct round : function {};
struct sign : function {};
struct sin : function {};
struct cos : function {};
struct tan : function {};
struct asin : function {};
struct acos : function {};
struct atan : function {};
struct sinh : function {};
struct cosh : function {};
struct asinh : function {};
struct acosh : function {};
struct atanh : function {};

struct rsqrt : function {
    static constexpr spelling spelled(const node& n) {
        spelling s = {"rsqrt"};
        s.add("epsilon", n.alpha, 0.0f);
        return s;
    }
};

struct hard_sigmoid : function {
    static constexpr spelling spelled(const node& n) {
        spelling s = {"hard_sigmoid"};
        s.add("alpha", n.alpha, 0.2f);
        s.add("beta", n.beta, 0.5f);
        return s;
    }
};

struct clip : function {
    static constexpr spelling spelled(const node& n) {
        constexpr float inf = std::numeric_limits<float>::infinity();
        spelling s = {"clip"};
        s.add("min_value", n.min_value, -inf);
        s.add("max_value", n.max_value, inf);
        return s;
    }
};

struct shrink : function {
    static constexpr spelling spelled(const node& n) {
        spelling s = {"shrink"};
        s.add("lambd", n.threshold, 0.5f);
        s.add("bias", n.beta, 0.0f);
        return s;
    }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
