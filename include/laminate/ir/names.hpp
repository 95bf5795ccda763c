// SPDX-License-Identifier: MIT
#pragma once

// What files of parameters call layers: the names that a declaration gives, in full, and the
// numbers behind them of what has none of its own. Beside the nodes, which know nothing of it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "../base/compiler.hpp"
#include "infer.hpp"
#include "kind/table.hpp"
#include "mistake.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

// A name whose layers are being appended, within others. A layer alone is called by the name, those
// of a stack by their places in it, and the ones that a layer is made of by their own numbers
// behind that.
struct name_scope {
    std::string_view name;
    const name_scope* outer = nullptr;
    std::size_t place = none;
    std::size_t first = none; // layers before those that a layer is made of; none of any other
};

// A part of the text that all names of a network are in.
struct name_at {
    std::size_t begin = 0;
    std::size_t size = 0;
    std::size_t node = none; // the first that is called so

    constexpr std::string_view in(std::span<const char> text) const {
        return {text.data() + begin, size};
    }
};

// Memory for names; while only counting, all empty. Nodes have one each, which is empty where no
// name stands around them.
struct name_memory {
    std::span<char> text = {};
    std::span<name_at> nodes = {};
    std::span<name_at> given = {};
};

// Writes names one behind the other, or counts what they take.
class name_writer {
public:
    constexpr explicit name_writer(name_memory to) : to_(to) {}

    // The name itself.
    constexpr void give(const name_scope& s, std::size_t node) {
        const std::size_t begin = size_;
        prefix(s);
        if (!to_.given.empty()) to_.given[given_] = {begin, size_ - begin, node};
        ++given_;
    }
    // What node number `node` is called, which is layer number `layer` of all.
    constexpr void call(const name_scope& s, std::size_t node, std::size_t layer) {
        const std::size_t begin = size_;
        prefix(s);
        if (s.place != none) number(s.place);
        if (s.first != none) number(layer - s.first);
        if (!to_.nodes.empty()) to_.nodes[node] = {begin, size_ - begin, node};
    }

    constexpr std::size_t size() const { return size_; }
    constexpr std::size_t given() const { return given_; }

private:
    constexpr void put(char c) {
        if (!to_.text.empty()) to_.text[size_] = c;
        ++size_;
    }
    constexpr void prefix(const name_scope& s) {
        if (s.outer != nullptr) {
            prefix(*s.outer);
            put('.');
        }
        for (const char c : s.name)
            put(c);
    }
    constexpr void number(std::size_t n) {
        put('.');
        digits(n);
    }
    constexpr void digits(std::size_t n) {
        if (n >= 10) digits(n / 10);
        put(static_cast<char>('0' + n % 10));
    }

    name_memory to_;
    std::size_t size_ = 0;
    std::size_t given_ = 0;
};

// The layer that has `name` because it has no other: its number; none if it can't be one.
constexpr std::size_t layer_called(std::string_view name) {
    if (name.empty() || name.size() > 9 || (name[0] == '0' && name.size() > 1)) return none;
    std::size_t layer = 0;
    for (const char c : name) {
        if (c < '0' || c > '9') return none;
        layer = 10 * layer + static_cast<std::size_t>(c - '0');
    }
    return layer;
}

// Two layers that learn, or two given names, of one name; there are at most Names. (A template, so
// that only networks with names pay for sorting.)
template <std::size_t Names>
constexpr mistake check_names(std::span<const node> nodes, const name_memory& names) {
    std::array<name_at, Names> work = {};
    const auto learns = [&nodes](std::size_t i) {
        return nodes[i].like == none &&
               of(nodes[i].kind).learned(nodes[i], operands_of(nodes, i)).size() > 0;
    };
    std::size_t count = 0;
    for (const name_at& n : names.given)
        work[count++] = n;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (names.nodes[i].size > 0 && learns(i)) work[count++] = names.nodes[i];
    const auto all = std::span(work).first(count);
    std::ranges::sort(all, [&names](const name_at& a, const name_at& b) {
        const int order = a.in(names.text).compare(b.in(names.text));
        return order != 0 ? order < 0 : a.node < b.node;
    });
    for (std::size_t k = 0; k < count; ++k) {
        const name_at& n = all[k];
        if (k > 0 && all[k - 1].node != n.node && all[k - 1].in(names.text) == n.in(names.text))
            return {mistake_kind::repeated_layer_name, n.node, all[k - 1].node};
        const std::size_t layer = layer_called(n.in(names.text));
        if (layer < nodes.size() - 1 && names.nodes[layer + 1].size == 0 && learns(layer + 1))
            return {mistake_kind::repeated_layer_name, n.node, layer + 1};
    }
    return {};
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
