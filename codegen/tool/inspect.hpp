// SPDX-License-Identifier: MIT
#pragma once

// `laminate inspect`: the graph as the file has it, the plan that it becomes, its figures, and what
// each pass changed; as text, as JSON or as a drawing.

#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct inspect_options {
    model_options model;
    bool trace = false; // every event of every pass, and notes of the importer
    bool dot = false;   // a drawing for Graphviz instead
};

outcome inspect(const inspect_options& options);

} // namespace laminate::codegen::tool
