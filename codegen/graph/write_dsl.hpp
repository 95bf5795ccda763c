// SPDX-License-Identifier: MIT
#pragma once

// A graph as a declared network: what a user of the library would have written, and a parameter
// file beside it. Needs a right graph that is a chain. Promises that the declared network, loaded
// from the file, has the graph's plan and its packed floats, and so its bits.

#include <laminate/base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "../emit/source.hpp"
#include "graph.hpp"

namespace laminate::codegen {

// "struct digits : laminate::network<laminate::input<784> | ...> {};" with what it needs around it.
// Of the options, name_space counts; without one the struct is in none.
std::string dsl_header(const graph& network, std::string_view name, const write_options& options);

// Writes <options.directory>/<name>_network.hpp and <name>.safetensors, or says why not.
std::optional<error> write_dsl(const graph& network, std::string_view name,
                               const write_options& options);

} // namespace laminate::codegen
