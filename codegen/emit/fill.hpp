// SPDX-License-Identifier: MIT
#pragma once

// Text that looks like the output: a template with $name$ where something varies. Needs a value for
// every name. Promises to stop at once at a name that has none: that is a defect of the template.

#include <initializer_list>
#include <string>
#include <string_view>

namespace laminate::codegen {

struct value {
    std::string_view name;
    std::string_view text;
};

// `text` with the values filled in. A line that holds nothing but a name whose value is empty
// disappears, and the line break that ends a value on a line of its own isn't doubled.
std::string fill(std::string_view text, std::initializer_list<value> values);

} // namespace laminate::codegen
