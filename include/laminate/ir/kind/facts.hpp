// SPDX-License-Identifier: MIT
#pragma once

// What a kind of layer says of itself, in a file of its own in this folder: a struct ir::kind::name
// with the members that `row` below lists. All else is a loop over kinds.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../../base/compiler.hpp"
#include "../../base/shape.hpp"
#include "../mistake.hpp"
#include "../node.hpp"

namespace laminate::ir {

enum class kernel : std::uint8_t {
#define LAMINATE_KERNEL(name, ...) name,
    LAMINATE_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
};

// How gradients go back through a kernel.
enum class way_back : std::uint8_t {
    missing,
    rows, // kernel::name_gradient, called as ir/kind/list.hpp says
    own,  // a branch of train/steps/pass.hpp
};

// What is true of a kernel.
struct kernel_facts {
    const char* name;
    const char* file; // of kernel/forward
    way_back back;
    bool takes_functions = false; // that follow: they join it in registers
    bool in_place = false;        // its result may take the place of what it reads
    bool takes_second = false;    // the rows of a second operand
    bool takes_number = false;    // its node's alpha: an epsilon, what is filled in, a scale
};

// How a tensor's numbers lie in memory, see base/panel.hpp.
enum class packing : std::uint8_t {
    panels,  // a matrix [outputs, inputs]
    windows, // of conv, [outputs, inputs of a group, window]: a matrix of panels for each group
    taps,    // of depthwise_conv, [channels, 1, window]: a row of channels for each tap
    grouped, // a number for each unit, each group of them in whole lines
    units,   // a number for each unit
    single,  // one number for all units
};

// A learned tensor of a node.
struct tensor {
    const char* name = nullptr;      // of the view, and of the array in a generated source
    const char* file_name = nullptr; // in a parameter file, behind the layer: PyTorch's
    shape extents = {};
    packing how = packing::units;
    bool factor = true;   // inputs are multiplied by it, so it must be finite
    bool decays = false;  // by weight decay
    bool learned = true;  // else zeros that a kernel reads, and nobody's parameter
    bool shared = false;  // that of a node before, which counts it, see node::like
    std::size_t node = 0; // these are found by place_parameters()
    std::size_t begin = none;
    std::size_t floats = 0; // with padding
};

inline namespace LAMINATE_ISA {

// Up to N values.
template <class T, std::size_t N>
struct few {
    std::array<T, N> at = {};
    std::size_t count = 0;

    constexpr few() = default;
    template <class... Values>
    constexpr few(const T& first, const Values&... others)
        : at{first, others...}, count(1 + sizeof...(others)) {}

    constexpr void push(const T& value) { at[count++] = value; }
    constexpr std::size_t size() const { return count; }
    constexpr const T& operator[](std::size_t i) const { return at[i]; }
    constexpr T& operator[](std::size_t i) { return at[i]; }
    constexpr T& back() { return at[count - 1]; }
    constexpr const T* begin() const { return at.data(); }
    constexpr const T* end() const { return at.data() + count; }
    constexpr std::span<const T> span() const { return {at.data(), count}; }
};

using operands = std::span<const shape>; // the shapes that arrive
using tensor_list = few<tensor, 4>;
using arguments = few<std::size_t, 16>;

enum class role : std::uint8_t {
    input,    // the caller's row
    identity, // y = x, when not training
    function, // y[i] = f(x[i]): joins the step that gives x, see ir/function.hpp
    binary,   // y[i] = f(a[i], b[i]): joins the step that gives one of them
    placed,   // says where values lie, and computes nothing: concat, slice
    layer,    // has a kernel of its own
};

struct traits {
    ir::role role = role::function;
    kernel run = kernel::activation;
    bool rectifier = false;   // a linear part on one side, none or little on the other; starting
                              // weights make up for it (train's gain)
    bool in_pieces = false;   // reads a dense layer's units in node::pieces pieces
    bool finishes = false;    // its kernel's result goes through a function of its own
    std::size_t operands = 1; // that it needs; it may take more
    bool of_axes = false;     // sees all axes of a row; others apply to the last one
};

// What affine and norms learn: a scale for each unit, and a shift.
constexpr tensor scale_of(const shape& s) {
    return {.name = "scale", .file_name = "weight", .extents = vector_shape(width(s))};
}
constexpr tensor shift_of(const shape& s) {
    return {
        .name = "shift", .file_name = "bias", .extents = vector_shape(width(s)), .factor = false};
}

// A mistake of a node's own.
struct refusal {
    mistake_kind kind = mistake_kind::accepted;
    std::size_t expected = 0;
    std::size_t found = 0;
};

// An option as a user writes it: no_bias, groups<2>, stride<2, 1>, alpha<0.2f>.
struct option {
    enum class form : std::uint8_t { flag, count, number };

    const char* name = nullptr;
    form as = form::flag;
    few<std::size_t, 4> counts = {};
    float number = 0.0f;
};
constexpr option flag(const char* name) { return {name}; }
constexpr option count(const char* name, std::size_t n) {
    return {name, option::form::count, n, 0.0f};
}
constexpr option number(const char* name, float x) { return {name, option::form::number, {}, x}; }

// A layer as a user writes it: its word, what stands between < and >, and options in parentheses;
// only what needs to be said.
struct spelling {
    const char* word = nullptr;
    few<option, 7> argument = {};
    few<option, 5> options = {};

    constexpr void add(const char* name, float x, float otherwise) {
        if (x != otherwise) options.push(number(name, x));
    }
};

// All that is asked of a kind.
struct row {
    const char* name;
    traits is;
    shape (*output)(const node&, operands);
    refusal (*check)(const node&, operands);
    tensor_list (*learned)(const node&, operands);
    std::size_t (*multiply_adds)(const node&, operands);
    spelling (*spelled)(const node&);
    double (*second_moment)(const node&); // E[f(x)^2] of normal x, of rectifiers; else 1
    arguments (*arguments_of)(const node&, operands, std::size_t outputs,
                              bool in_pieces); // of a row kernel
};

inline constexpr kernel_facts kernels[] = {
#define LAMINATE_KERNEL(kernel, of, goes, ...) \
    {.name = #kernel, .file = #of, .back = way_back::goes, __VA_ARGS__},
    LAMINATE_KERNELS(LAMINATE_KERNEL)
#undef LAMINATE_KERNEL
};

constexpr const kernel_facts& facts_of(kernel k) { return kernels[static_cast<std::size_t>(k)]; }

// Whether a kernel goes over windows, with weights.
constexpr bool is_window_kernel(kernel k) {
#define LAMINATE_KERNEL(name, ...) || k == kernel::name
    return false LAMINATE_WINDOW_KERNELS(LAMINATE_KERNEL);
#undef LAMINATE_KERNEL
}

constexpr const char* name(kernel k) { return facts_of(k).name; }
constexpr bool takes_functions(kernel k) { return facts_of(k).takes_functions; }
constexpr bool writes_in_place(kernel k) { return facts_of(k).in_place; }

} // namespace LAMINATE_ISA

namespace kind {
inline namespace LAMINATE_ISA {

// What functions of one value have in common, and all that they get from here: rows keep their
// shape, nothing can be wrong with them, nothing is learned or multiplied, they are written by
// their name alone, and starting weights don't make up for them.
struct function {
    static constexpr traits is = {};
    static constexpr shape output(const node&, operands in) { return in[0]; }
    static constexpr refusal check(const node&, operands) { return {}; }
    static constexpr tensor_list learned(const node&, operands) { return {}; }
    static constexpr std::size_t multiply_adds(const node&, operands) { return 0; }
    static constexpr spelling spelled(const node& n) { return {name(n.kind)}; }
    static constexpr double second_moment(const node&) { return 1.0; }
    static constexpr arguments arguments_of(const node&, operands, std::size_t, bool) { return {}; }
};

// A function of the ReLU family.
struct rectifier : function {
    static constexpr traits is = {.rectifier = true};
};

} // namespace LAMINATE_ISA
} // namespace kind
} // namespace laminate::ir
