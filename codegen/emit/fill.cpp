// SPDX-License-Identifier: MIT
#include "fill.hpp"

#include <laminate/base/error.hpp>

namespace laminate::codegen {

namespace {

std::string_view find(std::initializer_list<value> values, std::string_view name) {
    for (const value& v : values)
        if (v.name == name) return v.text;
    raise({sentence("defect in Laminate: a template names $", name, "$, which has no value")});
}

bool ends_line(std::string_view text) { return text.empty() || text.back() == '\n'; }

} // namespace

std::string fill(std::string_view text, std::initializer_list<value> values) {
    std::string out;
    for (;;) {
        const std::size_t open = text.find('$');
        out += text.substr(0, open);
        if (open == std::string_view::npos) return out;
        const std::size_t close = text.find('$', open + 1);
        if (close == std::string_view::npos)
            raise({"defect in Laminate: a template holds a single $"});
        const std::string_view found = find(values, text.substr(open + 1, close - open - 1));
        const bool starts_line = ends_line(out);
        out += found;
        text.remove_prefix(close + 1);
        if (starts_line && ends_line(found) && text.starts_with('\n')) text.remove_prefix(1);
    }
}

} // namespace laminate::codegen
