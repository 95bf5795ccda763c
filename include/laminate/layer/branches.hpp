// SPDX-License-Identifier: MIT
#pragma once

// Layers that are made of layers: operands all read the value that arrives, or start with an input
// of their own. residual(block) adds what arrives to what the block makes of it, and
// residual(block, shortcut) what the shortcut makes of it. add, subtract, multiply, divide,
// maximum, minimum, power, less, less_equal, equal, greater, greater_equal, when and unless take
// two operands of the same shape, or one of a single unit, which then counts as that unit
// everywhere (so does one unit at each position, and one position of as many units);
// where(c, a, b) takes three; concat(a, b, ...) puts theirs one behind the other along the last
// axis, concat<0>(a, b, ...) along the first.
// outputs(a, b, ...) ends a network that has several. as<"name"> names what arrives, and
// from<"name"> reads it again. slice<begin, end> is some of the units, slice<begin, end, axis> of
// another axis. name<"name">(layer) is what files of parameters call a layer, or a prefix
// for those of a stack. shared<"name">(block) has one set of parameters for all places with this
// name. Needs a network around them.
// Promises that maximum and minimum give NaN where an operand is NaN, and of two zeros the first
// operand's.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "../base/compiler.hpp"
#include "../ir/builder.hpp"
#include "../ir/function.hpp"
#include "layer.hpp"

namespace laminate::inline LAMINATE_ISA {

namespace detail {

// A string as a template argument.
template <std::size_t Size>
struct literal {
    char characters[Size];

    consteval literal(const char (&text)[Size]) : characters{} {
        for (std::size_t i = 0; i < Size; ++i)
            characters[i] = text[i];
    }
    constexpr std::string_view view() const { return {characters, Size - 1}; }
    constexpr bool is_name() const {
        for (const char c : view())
            if (c <= ' ' || c > '~' || c == '"' || c == '\'' || c == '\\') return false;
        return Size > 1;
    }
};

template <class Element>
struct appends {
    // Whether it reads nothing that arrives, but an input of its own.
    static constexpr bool starts = [] {
        if constexpr (requires { Element::starts; })
            return Element::starts;
        else
            return Element::node.kind == ir::op::input;
    }();
    static constexpr std::size_t to(ir::builder& b, std::size_t value) {
        if constexpr (requires { Element::append(b, value); })
            return Element::append(b, value);
        else
            return b.append(Element::node, value);
    }
};
// (A table of functions: a fold expression nests, 256 deep at most with Clang.)
template <class First, class... Rest>
struct appends<stack<First, Rest...>> {
    static constexpr bool starts = appends<First>::starts;
    static constexpr std::size_t to(ir::builder& b, std::size_t value) {
        using function = std::size_t (*)(ir::builder&, std::size_t);
        constexpr function all[] = {&appends<First>::to, &appends<Rest>::to...};
        for (const function f : all)
            value = f(b, value);
        return value;
    }
};

template <class Operand>
constexpr std::size_t append_operand(ir::builder& to, std::size_t arriving) {
    return appends<Operand>::to(to, appends<Operand>::starts ? ir::none : arriving);
}

// The values of all operands, in their order.
template <class... Operands>
constexpr std::array<std::size_t, sizeof...(Operands)> append_operands(ir::builder& to,
                                                                       std::size_t arriving) {
    return {append_operand<Operands>(to, arriving)...}; // in this order
}

// Its address tells blocks apart.
template <class Block>
inline constexpr char this_block = 0;

// A layer made of these, if all of them are layers; else the one error.
template <template <class...> class Made, class... Operands>
constexpr auto made_of() {
    static_assert((element<Operands> && ...),
                  "Laminate: operands are layers or stacks of layers, and one of these is "
                  "something else; write dense<64> | relu, or linear for what arrives");
    if constexpr ((element<Operands> && ...))
        return Made<Operands...>{};
    else
        return any_layer{};
}

// A layer with a name, if both are right; else the one error.
template <literal Name, template <literal, class> class Made, class Named>
constexpr auto named_by() {
    constexpr bool can_be_written = Name.is_name();
    static_assert(can_be_written, "Laminate: the name of name<\"...\"> is empty, or has spaces, "
                                  "quotes or what can't be printed; write what state_dict() has "
                                  "before .weight, such as name<\"backbone.fc1\">(dense<64>)");
    static_assert(element<Named>, "Laminate: only layers can have a name, and this is something "
                                  "else; write a layer or a stack of layers, such as "
                                  "name<\"actor\">(dense<64> | relu)");
    if constexpr (can_be_written && element<Named>)
        return Made<Name, Named>{};
    else
        return any_layer{};
}

} // namespace detail

} // namespace laminate::inline LAMINATE_ISA

namespace laminate::layers {

template <class Shortcut, class Block>
struct residual : layer_base {
    static constexpr bool starts = false;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const auto of = detail::append_operands<Shortcut, Block>(to, value);
        return to.append({.kind = ir::op::add}, of);
    }
};

// What arrives, without a node of its own.
struct arriving : layer_base {
    static constexpr bool starts = false;
    static constexpr std::size_t append(ir::builder&, std::size_t value) { return value; }
};

template <ir::op Kind, class A, class B>
struct binary : layer_base {
    static constexpr bool starts = detail::appends<A>::starts && detail::appends<B>::starts;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const auto of = detail::append_operands<A, B>(to, value);
        return to.append({.kind = Kind}, of);
    }
};
#define LAMINATE_BINARY(name, ...) \
    template <class A, class B> \
    struct name : binary<ir::op::name, A, B> {};
LAMINATE_BINARY_FUNCTIONS(LAMINATE_BINARY)
#undef LAMINATE_BINARY

// A where C isn't 0, else B, exactly: what isn't chosen is -0, which changes nothing.
template <class C, class A, class B>
struct where : layer_base {
    static constexpr bool starts =
        detail::appends<C>::starts && detail::appends<A>::starts && detail::appends<B>::starts;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const auto [c, a, b] = detail::append_operands<C, A, B>(to, value);
        const std::array<std::size_t, 2> chosen = {to.append({.kind = ir::op::when}, {{c, a}}),
                                                   to.append({.kind = ir::op::unless}, {{c, b}})};
        return to.append({.kind = ir::op::add}, chosen);
    }
};

template <std::size_t Axis, class... Parts>
struct concat_along : layer_base {
    static constexpr bool starts = (detail::appends<Parts>::starts && ...);
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const auto of = detail::append_operands<Parts...>(to, value);
        return to.concatenate(of, Axis);
    }
};
template <class... Parts>
struct concat : concat_along<ir::none, Parts...> {};

template <class... Ends>
struct outputs : layer_base {
    static constexpr bool starts = (detail::appends<Ends>::starts && ...);
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        for (const std::size_t end : detail::append_operands<Ends...>(to, value))
            to.make_output(end);
        to.end();
        return ir::none;
    }
};

template <detail::literal Name>
struct as : layer_base {
    static constexpr bool starts = false;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        to.give_name(Name.view(), value);
        return value;
    }
};

template <detail::literal Name>
struct from : layer_base {
    static constexpr bool starts = true;
    static constexpr std::size_t append(ir::builder& to, std::size_t) {
        return to.find(Name.view());
    }
};

// A layer, or layers, as PyTorch's modules name them in state_dict().
template <detail::literal Name, class Named>
struct name : layer_base {
    static constexpr bool starts = detail::appends<Named>::starts;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        ir::name_scope scope = {.name = Name.view()};
        to.enter(scope);
        value = append_each(Named{}, to, value, scope);
        to.leave();
        return value;
    }

private:
    template <class Element>
    static constexpr std::size_t append_one(ir::builder& to, std::size_t value,
                                            ir::name_scope& scope) {
        constexpr bool is_made = requires { Element::append(to, value); };
        scope.first = is_made ? to.layers() : ir::none;
        return detail::appends<Element>::to(to, value);
    }
    template <class Element>
    static constexpr std::size_t append_each(Element, ir::builder& to, std::size_t value,
                                             ir::name_scope& scope) {
        return append_one<Element>(to, value, scope);
    }
    // What appends no layer, such as an input, has no place, as it is no module of PyTorch's.
    template <class... Elements>
    static constexpr std::size_t append_each(stack<Elements...>, ir::builder& to, std::size_t value,
                                             ir::name_scope& scope) {
        using function = std::size_t (*)(ir::builder&, std::size_t, ir::name_scope&);
        constexpr std::array<function, sizeof...(Elements)> all = {&append_one<Elements>...};
        scope.place = 0;
        for (const function f : all) {
            const std::size_t before = to.layers();
            value = f(to, value, scope);
            if (to.layers() != before) ++scope.place;
        }
        return value;
    }
};

// A block in several places with one set of parameters, which files have under this name.
template <detail::literal Name, class Block>
struct shared : layer_base {
    static constexpr bool starts = detail::appends<Block>::starts;
    static constexpr std::size_t append(ir::builder& to, std::size_t value) {
        const std::size_t outer = to.begin_shared(Name.view(), &detail::this_block<Block>);
        value = name<Name, Block>::append(to, value);
        to.end_shared(outer);
        return value;
    }
};

// Elements Begin to End, without that, of an axis of what arrives.
template <std::size_t Begin, std::size_t End, std::size_t... Axis>
struct slice : layer_base {
    static_assert(sizeof...(Axis) <= 1,
                  "Laminate: slice names where it begins and ends, and one axis at most, such as "
                  "slice<0, 8> or slice<0, 8, 1>");
    static constexpr ir::node node = {.kind = ir::op::slice,
                                      .units = End > Begin ? End - Begin : 0,
                                      .begin = Begin,
                                      .axis = std::min({ir::none, Axis...})};
};

} // namespace laminate::layers

namespace laminate::inline LAMINATE_ISA {

namespace detail {
template <std::size_t Axis>
struct joined_along {
    template <class... Parts>
    using parts = layers::concat_along<Axis, Parts...>;
};
} // namespace detail

template <class Block>
constexpr auto residual(Block) {
    return detail::made_of<layers::residual, layers::arriving, Block>();
}
template <class Block, class Shortcut>
constexpr auto residual(Block, Shortcut) {
    return detail::made_of<layers::residual, Shortcut, Block>();
}

// add(a, b) and its like.
#define LAMINATE_BINARY(name, ...) \
    template <class A, class B> \
    constexpr auto name(A, B) { \
        return detail::made_of<layers::name, A, B>(); \
    }
LAMINATE_BINARY_FUNCTIONS(LAMINATE_BINARY)
#undef LAMINATE_BINARY

template <class A, class B>
constexpr auto greater(A, B) {
    return detail::made_of<layers::less, B, A>();
}
template <class A, class B>
constexpr auto greater_equal(A, B) {
    return detail::made_of<layers::less_equal, B, A>();
}
template <class C, class A, class B>
constexpr auto where(C, A, B) {
    return detail::made_of<layers::where, C, A, B>();
}

template <class First, class... Others>
constexpr auto concat(First, Others...) {
    return detail::made_of<layers::concat, First, Others...>();
}
template <std::size_t Axis, class First, class... Others>
constexpr auto concat(First, Others...) {
    return detail::made_of<detail::joined_along<Axis>::template parts, First, Others...>();
}
template <class First, class... Others>
constexpr auto outputs(First, Others...) {
    return detail::made_of<layers::outputs, First, Others...>();
}

template <detail::literal Name>
inline constexpr layers::as<Name> as{};
template <detail::literal Name>
inline constexpr layers::from<Name> from{};
template <std::size_t Begin, std::size_t End, std::size_t... Axis>
inline constexpr layers::slice<Begin, End, Axis...> slice{};

// name<"fc1">(dense<64>) has "fc1.weight" and "fc1.bias"; name<"actor">(dense<64> | relu |
// dense<2>) has "actor.0.weight" to "actor.2.bias". Names within names are joined with a dot.
template <detail::literal Name, class Named>
constexpr auto name(Named) {
    return detail::named_by<Name, layers::name, Named>();
}

// shared<"tower">(dense<64> | relu) in two places: both read "tower.0.weight" and "tower.0.bias",
// and training adds up the gradients of both.
template <detail::literal Name, class Block>
constexpr auto shared(Block) {
    return detail::named_by<Name, layers::shared, Block>();
}

} // namespace laminate::inline LAMINATE_ISA
