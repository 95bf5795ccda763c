// SPDX-License-Identifier: MIT
#pragma once

// leaky_relu whose slope is a parameter (He et al., 2015): one for each unit, or with
// prelu(shared) one for all, as PyTorch's PReLU() has it. NaN stays NaN.

#include "../base/compiler.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

struct shared_t {};
// Written prelu(shared). (A function, so that shared<"name">(block) may have the word, too.)
constexpr shared_t shared() { return {}; }

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {
template <bool Shared = false>
struct prelu : layer_base {
    static constexpr ir::node node = {.kind = ir::op::prelu, .shared = Shared};

    constexpr prelu<true> operator()(shared_t (*)()) const { return {}; }
};
} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

inline constexpr layers::prelu<> prelu{};

} // namespace laminate::inline LAMINATE_ISA
