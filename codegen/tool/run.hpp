// SPDX-License-Identifier: MIT
#pragma once

// `laminate run`: rows through the reference interpreter in double and through the kernels.

#include <string>
#include <vector>

#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct run_options {
    model_options model;
    std::vector<std::string> input;            // a file, or name=file for each
    std::vector<std::string> output;           // of the kernels, float32
    std::vector<std::string> reference_output; // float64
};

outcome run(const run_options& options);

} // namespace laminate::codegen::tool
