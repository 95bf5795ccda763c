// SPDX-License-Identifier: MIT
#pragma once

// `laminate run`: rows through the reference interpreter in double and through the kernels.

#include <string>

#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct run_options {
    model_options model;
    std::string input;
    std::string output;           // of the kernels, float32
    std::string reference_output; // float64
};

outcome run(const run_options& options);

} // namespace laminate::codegen::tool
