// SPDX-License-Identifier: MIT
#pragma once

// Compiles and times a network on this machine: as Laminate generates it, without fusion, and as
// plain nested loops, all with the same compiler and flags, after their results were compared.
// Needs a C++17 compiler and POSIX; takes seconds. Promises that nothing is left on the disk.

#include <laminate/base/error.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "../graph/graph.hpp"
#include "report.hpp"

namespace laminate {

struct bench_options {
    std::string compiler = {};                           // empty: $CXX, or c++; $CXXFLAGS count too
    std::string target = "native";                       // of -march: x86-64-v3, ...
    std::vector<std::size_t> rows = {16, 64, 256, 1024}; // of batches; one row is timed always
    double seconds = 6.0;                                // of timing, beside those of compiling
    std::vector<float> inputs = {};                      // whole rows; empty for some made up
    std::function<void(std::string_view)> progress = {}; // told what takes a while
};

namespace codegen {

// What is wrong with the network, the options, the compiler or the machine is an error; a defect of
// Laminate's is thrown as std::logic_error.
result<bench_report> bench_graph(const graph& network, const bench_options& options);

// A target as compilers take it, such as "native", "x86-64-v3" or "armv8.2-a+fp16".
bool is_target(std::string_view text);

} // namespace codegen

} // namespace laminate
