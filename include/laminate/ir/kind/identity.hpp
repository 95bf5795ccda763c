// SPDX-License-Identifier: MIT
#pragma once

// What gives what it gets, when not training: linear always, dropout.

#include "../../base/compiler.hpp"
#include "facts.hpp"

namespace laminate::ir::kind {
inline namespace LAMINATE_ISA {

struct linear : function {
    static constexpr traits is = {.role = role::identity};
};
struct dropout : linear {
    static constexpr spelling spelled(const node& n) { return {"dropout", number("", n.alpha)}; }
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir::kind
