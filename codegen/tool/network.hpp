// SPDX-License-Identifier: MIT
#pragma once

// What every command does first: read a model file, optimise it, plan it. Needs the words of the
// command line. Promises a network that is ready to run and to write, and the report of each pass;
// what is wrong is thrown as laminate::exception.

#include <string>
#include <vector>

#include "../graph/optimise.hpp"
#include "../graph/planned.hpp"
#include "../onnx/import.hpp"

namespace laminate::codegen::tool {

struct model_options {
    std::string model;
    std::vector<std::string> set;       // name=N
    std::vector<std::string> constants; // name=x.npy
    std::int64_t batch = 0;             // 0: left free
    std::string output;                 // empty: the only one
    std::string input_range;            // lo,hi or a file
    bool optimize = true;
};

struct network {
    onnx::imported source;           // as the file has it
    graph optimised;                 // the same without passes
    std::vector<pass_report> passes; // none without passes
    planned plan;                    // of the optimised graph
};

network load_network(const model_options& options);

// "lo,hi", or a file of lines "lo hi", or an .npy of [inputs, 2]; one interval, or one per input.
std::vector<interval> parse_input_range(const std::string& text);

// The halves of "name=value"; nothing if there is no name or no value.
struct assignment {
    std::string name;
    std::string value;
};
std::optional<assignment> split_assignment(const std::string& text);

} // namespace laminate::codegen::tool
