// SPDX-License-Identifier: MIT
#pragma once

// `laminate generate`: standalone sources, a declared header and its parameters, or another model,
// from a model.

#include <string>
#include <vector>

#include "../emit/source.hpp"
#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct generate_options {
    model_options model;
    std::string output = ".";
    std::string name; // empty: like the model's file
    std::string name_space;
    std::string weights = "embedded";                   // or binary
    std::string entries = "both";                       // or single, batch
    std::string targets = "x86-64,x86-64-v3,x86-64-v4"; // or fewer, or flags
    std::vector<std::string> golden;                    // a file, or name=file for each input
    std::string depfile;
    bool self_test = false;
    bool c_interface = false;
    bool dsl = false;
    bool onnx = false;
    bool force = false;
};

outcome generate(const generate_options& options);

// The sources of a network in a directory that exists; `rows` are for the self-test.
void write_network(const graph& network, const planned& plan, const std::string& name,
                   const write_options& options);

} // namespace laminate::codegen::tool
