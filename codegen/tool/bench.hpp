// SPDX-License-Identifier: MIT
#pragma once

// `laminate bench`: how long the network of a model takes on this machine: fused, unfused and as
// plain nested loops, beside the machine's own limit.

#include <cstddef>
#include <string>
#include <vector>

#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct bench_command_options {
    model_options model;
    std::string compiler; // empty: $CXX, or c++
    std::string target = "native";
    std::vector<std::size_t> rows = {16, 64, 256, 1024};
    double seconds = 6.0;
    std::vector<std::string> inputs; // a file for each; none: rows made up
    std::string svg;
};

outcome bench_command(const bench_command_options& options);

} // namespace laminate::codegen::tool
