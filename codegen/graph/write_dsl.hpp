// SPDX-License-Identifier: MIT
#pragma once

// A graph as a declared network: what a user of the library would have written, and a parameter
// file beside it. Needs a right graph. Promises that the declared network, loaded from the file,
// has the graph's bits (of a chain its plan and its packed floats): see declaration.hpp.

#include <laminate/base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "../emit/source.hpp"
#include "graph.hpp"

namespace laminate::codegen {

// Writes <options.directory>/<name>_network.hpp, "struct digits : laminate::network<...> {};" with
// what it needs around it, and <name>.safetensors, or says why not. Of the options, name_space
// counts beside the directory; without one the struct is in none.
std::optional<error> write_dsl(const graph& network, std::string_view name,
                               const write_options& options);

} // namespace laminate::codegen
