// SPDX-License-Identifier: MIT
#pragma once

// The generated source of a network, compiled and loaded. Needs a C++17 compiler, $CXX or c++, and
// dlopen. Promises that nothing is left on the disk, and that a compiler that is missing, killed or
// given flags that the source can't take is told from a source that doesn't compile: that is
// Laminate's own mistake.

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../graph/planned.hpp"

namespace laminate::codegen::tool {

// A defect of Laminate's, for whoever reads the report.
class own_mistake : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

// $CXX with $CXXFLAGS, or "c++": what compiles the source.
std::string compiler_command();

// Writes, compiles and loads the source, and runs all rows through it.
std::vector<float> run_compiled(const graph& network, const planned& plan,
                                std::span<const float> rows);

} // namespace laminate::codegen::tool
