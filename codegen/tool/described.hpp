// SPDX-License-Identifier: MIT
#pragma once

// What CLI11 knows of the commands, as plain values that pages and completions print.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace laminate::codegen::tool {

struct described_option {
    std::string name;     // "--output"; of a positional one, what it stands for
    std::string spelling; // "-o, --output <directory>"
    std::string description;
    std::string group;                // "" for the command's main options
    std::vector<std::string> choices; // if only these are taken
    bool positional = false;
    bool takes_value = false;
    bool takes_file = false;
};

struct described_command {
    std::string name;
    std::string description;
    std::string usage; // "laminate run [options] model.onnx"
    std::string examples;
    std::vector<described_option> options;
};

// All that --help shows, in its order.
std::vector<described_command> describe(const CLI::App& app);

} // namespace laminate::codegen::tool
