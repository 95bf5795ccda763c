// SPDX-License-Identifier: MIT
#pragma once

// A network while a declaration appends its nodes. It runs twice: to count them, then to fill them
// in. Promises nodes in topological order, and the first mistake that no node shows: of names, and
// of what follows outputs.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "mistake.hpp"
#include "names.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

class builder {
public:
    static constexpr std::size_t max_names = 64;

    // While only counting, all are empty. `elements` gets the number of the element that appended
    // each node.
    constexpr builder(std::span<node> nodes, std::span<std::size_t> elements,
                      name_memory names = {})
        : nodes_(nodes), elements_(elements), layer_names_(names) {}

    // Node `n`, which reads these values (the numbers of nodes; none where there is nothing to
    // read). Returns its own.
    constexpr std::size_t append(node n, std::span<const std::size_t> read) {
        if (ended_) refuse({mistake_kind::outputs_not_last});
        for (std::size_t k = 0; k < read.size(); ++k)
            n.inputs[k] = read[k];
        if (n.kind == op::input) {
            note(inputs_, count_);
        } else {
            if (scope_ != nullptr && behind_ == 0) layer_names_.call(*scope_, count_, layers_);
            ++layers_;
        }
        if (!nodes_.empty()) {
            if (behind_ != 0) {
                n.like = count_ - behind_;
                if (nodes_[n.like].like != none) n.like = nodes_[n.like].like;
            }
            nodes_[count_] = n;
            nodes_[count_].output = of(n.kind).output(n, operands_of(nodes_, count_));
            elements_[count_] = element_;
        }
        return count_++;
    }
    constexpr std::size_t append(const node& n, std::size_t operand) {
        return append(n, std::span(&operand, 1));
    }

    // The shape of a value; while only counting, of no axes.
    constexpr shape output(std::size_t value) const {
        return value < nodes_.size() ? nodes_[value].output : shape{};
    }

    // Several values one behind the other, along an axis; a node takes a few of them.
    constexpr std::size_t concatenate(std::span<const std::size_t> parts, std::size_t axis) {
        std::array<std::size_t, max_inputs> few_parts = {parts[0]};
        std::size_t count = 1;
        for (std::size_t k = 1; k < parts.size(); ++k) {
            few_parts[count++] = parts[k];
            if (count < max_inputs && k + 1 < parts.size()) continue;
            few_parts[0] =
                append({.kind = op::concat, .axis = axis}, std::span(few_parts).first(count));
            count = 1;
        }
        return few_parts[0];
    }

    constexpr void make_output(std::size_t value) {
        // A node is one output, and an input none; another node passes the value on.
        if (holds(inputs_, value) || holds(results_, value))
            value = append({.kind = op::linear}, value);
        note(results_, value);
        if (!nodes_.empty() && value != none) nodes_[value].result = outputs_;
        ++outputs_;
    }
    constexpr void end() { ended_ = true; }

    constexpr void give_name(std::string_view name, std::size_t value) {
        for (const named& n : names_)
            if (n.block == nullptr && n.name == name)
                return refuse({mistake_kind::repeated_name, n.element});
        remember({name, value, element_});
    }
    constexpr std::size_t find(std::string_view name) {
        const std::size_t value = value_called(name);
        if (value == none) refuse({mistake_kind::unknown_name});
        return value;
    }
    // Nothing but looks.
    constexpr std::size_t value_called(std::string_view name) const {
        for (const named& n : names_)
            if (n.block == nullptr && n.name == name) return n.value;
        return none;
    }

    // The first mistake is the one that is told.
    constexpr void refuse(const refusal& why) {
        if (mistake_.kind == mistake_kind::accepted)
            mistake_ = {why.kind, element_, why.expected, why.found};
    }

    // Layers from here to end_shared() are a block of this name, which `block` tells from others:
    // where there was one, they read its parameters. Returns what end_shared() takes.
    constexpr std::size_t begin_shared(std::string_view name, const void* block) {
        const std::size_t outer = behind_;
        for (const named& n : names_)
            if (n.block != nullptr && n.name == name) {
                if (n.block != block) refuse({mistake_kind::shared_blocks_differ, n.element});
                behind_ = count_ - n.value;
                return outer;
            }
        remember({name, count_, element_, block});
        return outer;
    }
    constexpr void end_shared(std::size_t outer) { behind_ = outer; }

    // Layers from here to leave() have the name, within those that are entered already.
    constexpr void enter(name_scope& s) {
        s.outer = scope_;
        scope_ = &s;
        if (behind_ == 0) layer_names_.give(s, count_);
    }
    constexpr void leave() { scope_ = scope_->outer; }

    constexpr void next_element() { ++element_; }
    constexpr std::size_t layers() const { return layers_; } // nodes that aren't inputs
    constexpr const name_writer& layer_names() const { return layer_names_; }
    constexpr std::size_t count() const { return count_; }
    constexpr const mistake& first_mistake() const { return mistake_; }

private:
    struct named {
        std::string_view name;
        std::size_t value = none; // of a shared block its first node
        std::size_t element = 0;
        const void* block = nullptr; // of a shared one
    };

    // More than these are refused by check().
    using some = few<std::size_t, max_ports>;
    static constexpr void note(some& all, std::size_t value) {
        if (all.size() < max_ports) all.push(value);
    }
    static constexpr bool holds(const some& all, std::size_t value) {
        return std::find(all.begin(), all.end(), value) != all.end();
    }

    constexpr void remember(const named& n) {
        if (names_.size() == max_names) return refuse({mistake_kind::too_many_names, max_names});
        names_.push(n);
    }

    std::span<node> nodes_;
    std::span<std::size_t> elements_;
    std::size_t count_ = 0;
    std::size_t element_ = 0;
    std::size_t outputs_ = 0;
    std::size_t layers_ = 0;
    std::size_t behind_ = 0; // in a shared block, how many nodes behind its first place; else 0
    const name_scope* scope_ = nullptr;
    name_writer layer_names_;
    some inputs_ = {};
    some results_ = {};
    bool ended_ = false;
    few<named, max_names> names_ = {};
    mistake mistake_ = {};
};

} // namespace LAMINATE_ISA
} // namespace laminate::ir
