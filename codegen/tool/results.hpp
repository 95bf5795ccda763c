// SPDX-License-Identifier: MIT
#pragma once

// What `run` and `verify` compute of the same rows: the reference of the model as the file has it,
// with the bounds of the graph that kernels run, and the kernels' own results.

#include <string>
#include <vector>

#include "array_file.hpp"
#include "difference.hpp"
#include "network.hpp"

namespace laminate::codegen::tool {

struct results {
    std::vector<float> inputs;
    std::size_t rows = 0;
    std::vector<reference::estimate> model;   // of the file's graph, for anyone's floats
    std::vector<reference::estimate> allowed; // the same values, with the bound for kernels
    std::vector<float> kernels;
};

// Reads the rows; those outside of --input-range are refused, as kernels may be wrong there.
results compute(const network& n, const model_options& options,
                const std::vector<std::string>& input);

// Without their bounds.
std::vector<double> values_of(const std::vector<reference::estimate>& estimates);

// The files, for messages.
std::string joined(const std::vector<std::string>& words);

} // namespace laminate::codegen::tool
