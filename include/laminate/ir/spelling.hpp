// SPDX-License-Identifier: MIT
#pragma once

// A layer as a user writes it, for summaries, messages and declarations that are generated, in the
// words of its kind. The compiler reads back the node, with its very floats.

#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

#include "../base/compiler.hpp"
#include "../base/error.hpp"
#include "kind/table.hpp"
#include "node.hpp"

namespace laminate::ir {
inline namespace LAMINATE_ISA {

namespace text {

// 0.1f as "0.1f": the fewest digits that are read back as the same float.
inline std::string number(float value) {
    if (value != value) return "std::numeric_limits<float>::quiet_NaN()";
    constexpr float inf = std::numeric_limits<float>::infinity();
    if (value == inf || value == -inf)
        return sentence(value < 0 ? "-" : "", "std::numeric_limits<float>::infinity()");
    std::array<char, 32> digits = {};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    std::string text(digits.data(), end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text + "f";
}

inline std::string layer_option(const option& o, std::string_view scope) {
    std::string counts;
    switch (o.as) {
    case option::form::flag:
        return sentence(scope, o.name);
    case option::form::count:
        for (std::size_t k = 0; k < o.counts.size(); ++k)
            counts += sentence(k == 0 ? "" : ", ", o.counts[k]);
        return sentence(scope, o.name, "<", counts, ">");
    case option::form::number:
        return sentence(scope, o.name, "<", number(o.number), ">");
    }
    return {};
}

// "relu(max_value<6.0f>)", each name behind `scope`, such as "laminate::".
inline std::string layer(const node& n, std::string_view scope = "") {
    const spelling s = of(n.kind).spelled(n);
    std::string all = sentence(scope, s.word);
    for (const option& o : s.argument) {
        const std::string text = layer_option(o, "");
        if (&o == s.argument.begin())
            all += text;
        else // "slice<2, 3>"
            all.replace(all.size() - 1, 1, ", " + text.substr(1));
    }
    for (const option& o : s.options)
        all += sentence(&o == s.options.begin() ? "(" : ", ", layer_option(o, scope));
    return s.options.size() > 0 ? all + ")" : all;
}

} // namespace text

// What files call node number `node`, if `name` is what the declaration gives it, which may be
// empty.
inline std::string name_in_files(std::string_view name, std::size_t node) {
    return name.empty() ? std::to_string(node - 1) : std::string(name);
}

} // namespace LAMINATE_ISA
} // namespace laminate::ir
