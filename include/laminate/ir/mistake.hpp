// SPDX-License-Identifier: MIT
#pragma once

// What can be wrong with a network: one list, from which come the kinds of mistakes, the DSL's
// compile errors (layer/mistakes.hpp) and the generator's lines.

#include <cstddef>
#include <cstdint>

#include "../base/compiler.hpp"

// MISTAKE(name, culprit, sentence, line). The culprit is the network or a layer. The sentence
// stands in a compile error, behind a type that names the layer, its place, `expected` and `found`;
// the line in the generator's message, behind what the file calls the layer, with $expected$ and
// $found$ filled in.
#define LAMINATE_MISTAKES(MISTAKE) \
    MISTAKE(no_input, network, \
            "a network starts with its input; write input<N> | ... with the number of floats in " \
            "one row", \
            "the network doesn't start with an input") \
    MISTAKE(no_layers, network, \
            "this network is an input and nothing else; add a layer, such as input<4> | dense<2>", \
            "the network is an input and nothing else; expected a layer") \
    MISTAKE( \
        second_input, layer, \
        "this network has a second input in the middle; a chain has one, at its start; remove " \
        "the other", \
        "is a second input; a network has one, at its start") \
    MISTAKE(unknown_input, layer, "this layer reads a value that no layer before it gives", \
            "reads node $found$, which doesn't come before it") \
    MISTAKE(unsupported_rank, layer, \
            "this layer can't read what arrives at it; rows have one to three axes", \
            "reads a value of rank $found$; expected rows of one to $expected$ axes") \
    MISTAKE(zero_units, layer, \
            "this layer has no units; write a number of at least 1 between < and >", \
            "has no units; expected at least 1") \
    MISTAKE(width_mismatch, layer, \
            "this dense layer declares an input width other than what arrives (its place in the " \
            "stack, the width declared and the width that arrives follow its name); correct the " \
            "one that is wrong, or leave the declared width out", \
            "expects rows of $expected$; $found$ arrive") \
    MISTAKE( \
        softmax_of_scalar, layer, \
        "softmax of a single unit is always 1; for a probability from one unit write sigmoid, " \
        "or give the layer before softmax a unit for each class (of each group)", \
        "is a softmax of a single unit, which is always 1; expected 2 units or more") \
    MISTAKE(groups_indivisible, layer, \
            "softmax(groups<N>) cuts a row into N groups of equal length, so N must divide the " \
            "width that arrives (place in the stack, N and that width follow its name); give the " \
            "layer before it a multiple of N units", \
            "is a softmax in $expected$ groups; $found$ units arrive, which isn't a multiple") \
    MISTAKE(norm_indivisible, layer, \
            "groups<N> of a norm cuts a row into N groups of equal length, so N must divide the " \
            "width that arrives (place in the stack, N and that width follow its name)", \
            "is a norm in $expected$ groups; $found$ units arrive, which isn't a multiple") \
    MISTAKE( \
        maxout_indivisible, layer, \
        "maxout<K> takes the maximum over groups of K units, so K must divide the width that " \
        "arrives (place in the stack, K and that width follow its name); give the layer " \
        "before it a multiple of K units", \
        "takes maxima over groups of $expected$ units; $found$ arrive, which isn't a multiple") \
    MISTAKE( \
        operands_differ, layer, \
        "this layer computes unit by unit with two values, which must have the same shape, or " \
        "one of them a single unit, one unit of each position, or one position (its place and " \
        "the floats of both follow its name)", \
        "computes with two values of $expected$ and $found$ units; expected as many of both, " \
        "or one of a single unit") \
    MISTAKE(axis_outside, layer, \
            "this layer names an axis that what arrives doesn't have; axes count from 0 (its " \
            "place, the axis and how many there are follow its name)", \
            "names axis $expected$ of $found$; they count from 0") \
    MISTAKE(axes_missing, layer, \
            "this layer names another number of axes than arrives (its place, how many it names " \
            "and how many arrive follow its name); pad names the last ones, transpose all", \
            "names $expected$ axes; $found$ arrive") \
    MISTAKE(axis_left_out, layer, \
            "transpose<...> names each axis once, from 0 on (its place, the axis it leaves out " \
            "and how many arrive follow its name), as transpose<1, 0>", \
            "leaves out axis $expected$ of $found$") \
    MISTAKE(reshape_differs, layer, \
            "reshape keeps all floats of a row (its place, how many arrive and the product of " \
            "its extents follow its name); correct the extents", \
            "makes $found$ floats of $expected$; expected as many") \
    MISTAKE(strides_outside, layer, \
            "as_strided reads behind the last float of what arrives (its place, how many arrive " \
            "and the float that it reads follow its name)", \
            "reads float $found$ of $expected$; they count from 0") \
    MISTAKE(parts_differ, layer, \
            "concat joins values along one axis, and all other extents must be the same (its " \
            "place, and the product of the others of the first part and of the one that differs, " \
            "follow its name)", \
            "joins parts whose other extents differ: $expected$ and $found$ floats") \
    MISTAKE(matrices_wanted, layer, \
            "matmul multiplies values of two or three axes, and one of its operands has fewer " \
            "(its place, 2 and how many follow its name); write reshape<1, N> for a row", \
            "multiplies values of $found$ axis; expected at least $expected$") \
    MISTAKE( \
        products_differ, layer, \
        "matmul multiplies as many matrices of one operand as of the other (its place and how " \
        "many follow its name)", \
        "multiplies $expected$ matrices with $found$; expected as many") \
    MISTAKE(no_sequence, layer, \
            "self_attention reads a sequence of two axes, [steps, features]; another number of " \
            "axes arrives (it follows the layer's name); write reshape<steps, features>", \
            "reads a sequence of $expected$ axes; $found$ arrive") \
    MISTAKE(heads_indivisible, layer, \
            "self_attention<Heads> gives each head as many features, so Heads must divide the " \
            "features that arrive (its place, Heads and these follow its name)", \
            "cuts $found$ features into $expected$ heads of the same width") \
    MISTAKE(inner_extents_differ, layer, \
            "matmul needs as many rows in its second operand as columns in its first (its place, " \
            "these columns and those rows follow its name); is one of them to be transposed?", \
            "multiplies $expected$ columns with $found$ rows; expected as many") \
    MISTAKE(slice_outside, layer, \
            "this slice ends behind the last unit of what arrives (its place, where it ends and " \
            "the width that arrives follow its name)", \
            "is a slice that ends at unit $expected$ of $found$") \
    MISTAKE(map_wanted, layer, \
            "this layer goes over a map, [length, channels] in 1d and [height, width, channels] " \
            "in 2d (its place, how many axes it needs and how many arrive follow its name); " \
            "write input<28, 28, 1>, or reshape<...>", \
            "goes over a map of $expected$ axes; $found$ arrive") \
    MISTAKE(window_of_nothing, layer, \
            "the extents of a window, its strides and dilations are numbers of at least 1", \
            "has a window, a stride or a dilation of 0; expected at least 1") \
    MISTAKE(window_outside, layer, \
            "this window doesn't fit the map that arrives, with its padding (the layer's place, " \
            "what there is along the axis and what the window has follow its name); pad it, as " \
            "conv2d<8, 3>(same), or take a smaller one", \
            "has a window of $found$ on an axis of $expected$, padding included") \
    MISTAKE(window_in_padding, layer, \
            "a window of this pool would lie in the padding alone (the layer's place, what the " \
            "window covers and the padding follow its name); write less padding", \
            "has a window that lies in the padding alone: it covers $expected$, the padding is " \
            "$found$") \
    MISTAKE(channels_indivisible, layer, \
            "groups<N> of a convolution cuts its channels into N equal parts, those that arrive " \
            "and those that it makes (its place, N and the channels that N doesn't divide " \
            "follow its name)", \
            "cuts $found$ channels into $expected$ groups, which doesn't divide them") \
    MISTAKE( \
        unread_value, layer, \
        "nothing reads what this layer gives, and it is no output; give it to outputs(...), or " \
        "leave the layer out", \
        "gives a value that nothing reads") \
    MISTAKE(unknown_name, layer, \
            "from<...> reads a name that no as<...> before it gives; is one of them mistyped?", \
            "reads a name that isn't given") \
    MISTAKE(repeated_name, layer, \
            "as<...> gives a name that another one has given before (its place follows); give it " \
            "another one", \
            "gives a name a second time") \
    MISTAKE( \
        repeated_layer_name, layer, \
        "name<...> gives a name that another layer has in files of parameters (the place of both " \
        "follows: this one's, then the other's); give it another one", \
        "has the name of another layer") \
    MISTAKE(shared_blocks_differ, layer, \
            "all shared<...> of one name are one block, and this is another one than that before " \
            "(its " \
            "place and that of the first follow); write the same block, or give it another name", \
            "isn't the block that it shares parameters with") \
    MISTAKE(shared_inputs_differ, layer, \
            "all places of a shared<...> block need values of the same shape, and what arrives " \
            "here has another (its place, the width at the first place and the one here follow)", \
            "shares the parameters of a layer that reads $expected$ units; $found$ arrive") \
    MISTAKE(too_many_names, layer, \
            "a network gives at most 64 names with as<...> and shared<...>", \
            "gives too many names; expected at most $expected$") \
    MISTAKE( \
        outputs_not_last, layer, \
        "outputs(...) ends a network, and this layer follows it; write it inside the outputs, " \
        "or before them", \
        "follows the outputs of the network") \
    MISTAKE(too_many_ports, network, \
            "a network has at most 16 inputs and 16 outputs; concatenate some of them", \
            "has $found$ inputs or outputs; expected at most $expected$ of each") \
    MISTAKE(output_numbers, network, \
            "the outputs of a network are numbered from 0 on, each number once", \
            "has $expected$ outputs, of which $found$ are numbered from 0 on, each once") \
    MISTAKE(too_large, layer, \
            "this layer has more than 2^34 weights, or floats in a row; is a number mistyped?", \
            "is too large: a layer has at most $expected$ weights, and floats in a row")

namespace laminate::ir {
inline namespace LAMINATE_ISA {

enum class mistake_kind : std::uint8_t {
    accepted,
#define LAMINATE_MISTAKE(name, ...) name,
    LAMINATE_MISTAKES(LAMINATE_MISTAKE)
#undef LAMINATE_MISTAKE
};

enum class culprit : std::uint8_t { network, layer };

constexpr culprit culprit_of(mistake_kind kind) {
#define LAMINATE_MISTAKE(name, who, ...) \
    if (kind == mistake_kind::name) return culprit::who;
    LAMINATE_MISTAKES(LAMINATE_MISTAKE)
#undef LAMINATE_MISTAKE
    return culprit::network;
}

struct mistake {
    mistake_kind kind = mistake_kind::accepted;
    std::size_t node = 0;
    std::size_t expected = 0;
    std::size_t found = 0;
};

// A bound far beyond what fits a cache, so that no product of extents overflows.
inline constexpr std::size_t max_weights = std::size_t{1} << 34;

} // namespace LAMINATE_ISA
} // namespace laminate::ir
