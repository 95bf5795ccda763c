// SPDX-License-Identifier: MIT
#pragma once

// What each kind says, as one table: ir::of(op::dense).learned(...).

#include <cstddef>

#include "../../base/compiler.hpp"
#include "axes.hpp"
#include "binary.hpp"
#include "conv.hpp"
#include "dense.hpp"
#include "facts.hpp"
#include "functions.hpp"
#include "identity.hpp"
#include "input.hpp"
#include "learned_function.hpp"
#include "list.hpp"
#include "maxout.hpp"
#include "norm.hpp"
#include "placed.hpp"
#include "pool.hpp"
#include "rectifiers.hpp"
#include "reductions.hpp"
#include "softmax.hpp"

namespace laminate::ir {

namespace kind {
inline namespace LAMINATE_ISA {

template <class Kind>
concept complete = requires(const node& n, operands in) {
    Kind::is.role;
    Kind::output(n, in);
    Kind::check(n, in);
    Kind::learned(n, in);
    Kind::multiply_adds(n, in);
    Kind::spelled(n);
    Kind::second_moment(n);
    Kind::arguments_of(n, in, std::size_t{1}, true);
};

template <class Kind>
constexpr row row_of(const char* name) {
    static_assert(complete<Kind>,
                  "Laminate: a kind of layer in ir/kind lacks a member; each has `is`, output, "
                  "check, learned, multiply_adds, spelled, second_moment and arguments_of, see "
                  "ir/kind/facts.hpp");
    if constexpr (complete<Kind>)
        return {name,
                Kind::is,
                Kind::output,
                Kind::check,
                Kind::learned,
                Kind::multiply_adds,
                Kind::spelled,
                Kind::second_moment,
                Kind::arguments_of};
    else
        return {};
}

} // namespace LAMINATE_ISA
} // namespace kind

inline namespace LAMINATE_ISA {

inline constexpr row kinds[] = {
#define LAMINATE_KIND(name) kind::row_of<kind::name>(#name),
    LAMINATE_KINDS(LAMINATE_KIND)
#undef LAMINATE_KIND
};

constexpr const row& of(op kind) { return kinds[static_cast<std::size_t>(kind)]; }

constexpr bool is_identity(op kind) { return of(kind).is.role == role::identity; }

constexpr bool is_binary(op kind) { return of(kind).is.role == role::binary; }

// Whether a kind goes over the windows of a map.
constexpr bool sees_windows(op kind) {
    return is_window_kernel(of(kind).is.run) || kind == op::max_pool || kind == op::average_pool;
}

// Every unit on its own: y[i] = f(x[i]). These fuse into whatever produces x.
constexpr bool is_elementwise(op kind) {
    return is_identity(kind) || of(kind).is.role == role::function;
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
