// SPDX-License-Identifier: MIT
#pragma once

// `laminate verify`: the generated source, the kernels and the reference against outputs that the
// model is known to have; where they depart, and why.

#include <string>
#include <vector>

#include "network.hpp"
#include "outcome.hpp"

namespace laminate::codegen::tool {

struct verify_options {
    model_options model;
    std::vector<std::string> input; // a file, or name=file for each
    std::vector<std::string> expected;
    double tolerance = 0.0; // relative, beside the bound
    bool compile = true;
};

outcome verify(const verify_options& options);

} // namespace laminate::codegen::tool
