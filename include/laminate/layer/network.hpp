// SPDX-License-Identifier: MIT
#pragma once

// A network: a stack of layers, anonymous or with a name type of its own, and its plan. Needs the
// planner in ir/. Promises that a wrong declaration is one readable error, at the first use that
// needs the network to be right, and that the plan is a constant.

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

#include "../base/compiler.hpp"
#include "../ir/plan.hpp"
#include "branches.hpp"
#include "layer.hpp"
#include "mistakes.hpp"

namespace laminate::inline LAMINATE_ISA {

struct network_base {};

// The base of a named network: `struct digits : network<input<64> | dense<10> | softmax> {};`
// The name then stands in errors and symbols in place of the stack.
template <auto Stack>
struct network : network_base {
    using layers = detail::as_stack_t<std::remove_const_t<decltype(Stack)>>;
};

// What can be planned, loaded and run: a stack, or a type derived from network<stack>. (A single
// layer is a stack of one, so that what it lacks is said.) What decltype says of a constant or of a
// reference to one is the same network.
template <class T>
concept declared =
    element<std::remove_cvref_t<T>> || std::derived_from<std::remove_cvref_t<T>, network_base>;

namespace detail {

template <class Network>
struct stack_of {
    using type = as_stack_t<Network>;
};
template <std::derived_from<network_base> Network>
struct stack_of<Network> {
    using type = typename Network::layers;
};
template <class Network>
using stack_of_t = typename stack_of<Network>::type;

// What the elements of a stack append, one after the other.
template <class... Elements>
constexpr ir::builder build(stack<Elements...>, std::span<ir::node> nodes = {},
                            std::span<std::size_t> elements = {}, ir::name_memory names = {}) {
    using function = std::size_t (*)(ir::builder&, std::size_t);
    constexpr std::array<function, sizeof...(Elements)> all = {&appends<Elements>::to...};
    ir::builder to(nodes, elements, names);
    std::size_t value = ir::none;
    for (const function append : all) {
        value = append(to, value);
        to.next_element();
    }
    return to;
}

// A declaration as nodes.
template <class Layers>
struct declaration {
    static constexpr std::array<std::size_t, 3> counts = [] {
        const ir::builder built = build(Layers{});
        return std::array{built.count(), built.layer_names().given(), built.layer_names().size()};
    }();
    static constexpr std::size_t count = counts[0];
    static constexpr std::size_t names = counts[1];
    std::array<ir::node, count> nodes = {};
    // Where there are names, what each node is called.
    std::array<ir::name_at, names == 0 ? 0 : count> called = {};
    std::array<ir::name_at, names> given = {};
    std::array<char, counts[2]> text = {};
    ir::mistake mistake = {}; // of the element whose number is its `node`
};

template <class Layers>
constexpr declaration<Layers> declare() {
    declaration<Layers> d;
    std::array<std::size_t, d.nodes.size()> elements = {};
    const ir::name_memory names = {d.text, d.called, d.given};
    const ir::builder built = build(Layers{}, d.nodes, elements, names);
    ir::find_output(d.nodes); // shapes are known
    d.mistake = built.first_mistake();
    if (d.mistake.kind != ir::mistake_kind::accepted) return d;
    d.mistake = ir::check(d.nodes);
    if (d.mistake.kind == ir::mistake_kind::accepted) d.mistake = ir::check_readers(d.nodes);
    if constexpr (d.names > 0) {
        if (d.mistake.kind == ir::mistake_kind::accepted) {
            d.mistake = ir::check_names<d.count + d.names>(d.nodes, names);
            if (d.mistake.kind != ir::mistake_kind::accepted)
                d.mistake.expected = elements[d.mistake.expected];
        }
    }
    if (!elements.empty()) d.mistake.node = elements[d.mistake.node];
    return d;
}

// All that is known of a network. A wrong one is reported here, once, and then stands for the
// smallest right one, so that no second error follows.
template <class Network>
struct checked {
    using layers = stack_of_t<Network>;
    static constexpr auto declared = declare<layers>();
    static constexpr ir::mistake mistake = declared.mistake;
    static constexpr bool right = mistake.kind == ir::mistake_kind::accepted;

    static constexpr auto nodes = [] {
        if constexpr (right) {
            return declared.nodes;
        } else {
            (void)sizeof(decltype(explain<mistake, Network>(layers{})));
            return std::array{ir::node{.output = vector_shape(1)},
                              ir::node{.kind = ir::op::linear,
                                       .inputs = {0, ir::none, ir::none, ir::none},
                                       .output = vector_shape(1),
                                       .result = 0}};
        }
    }();

    // What files call each node, empty where that is its number; none at all without name<...>.
    static constexpr auto names = [] {
        std::array<std::string_view, right ? declared.called.size() : 0> all = {};
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i] = declared.called[i].in(declared.text);
        return all;
    }();
};

template <class Network, ir::fusion Mode>
inline constexpr auto
    plan_of = ir::make_plan<ir::count_tensors(checked<Network>::nodes),
                            ir::most_steps(checked<Network>::nodes)>(checked<Network>::nodes, Mode,
                                                                     checked<Network>::names);
template <class Network, ir::fusion Mode>
    requires(!std::same_as<Network, std::remove_cvref_t<Network>>)
inline constexpr const auto& plan_of<Network, Mode> = plan_of<std::remove_cvref_t<Network>, Mode>;

// The node that name<...>, or else as<...>, gives this name; none if there isn't one.
template <class Network>
constexpr std::size_t node_called(std::string_view name) {
    const auto& names = checked<Network>::names;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!names[i].empty() && names[i] == name) return i;
    return build(typename checked<Network>::layers{}).value_called(name);
}

// The same as a type, which templates are instantiated on. (On a reference to the plan, GCC 14
// gives functions one name for all sources, even if the network is in an unnamed namespace of
// each.)
template <class Network, ir::fusion Mode>
struct static_plan {
    static constexpr const auto& value = plan_of<Network, Mode>;
};

} // namespace detail

// The plan of a network and, as its members, the figures: parameters, multiply_adds, weight_bytes,
// scratch_bytes, steps. Usable in a static_assert.
template <declared Network>
constexpr const auto& plan(Network) {
    return detail::plan_of<Network, ir::fusion::on>;
}

} // namespace laminate::inline LAMINATE_ISA
