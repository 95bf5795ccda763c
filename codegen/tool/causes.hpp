// SPDX-License-Identifier: MIT
#pragma once

// Why given outputs are not those of the model: the usual mistakes are tried one by one, and the
// one that explains the outputs is named. Needs rows whose outputs depart from the reference.
// Promises a sentence, and that a mistake is named as the cause only if with it the outputs agree.

#include <span>
#include <string>

#include "../graph/graph.hpp"

namespace laminate::codegen::tool {

struct observation {
    std::span<const float> inputs;
    std::span<const double> outputs;
};

std::string likely_cause(const graph& network, const observation& seen);

} // namespace laminate::codegen::tool
