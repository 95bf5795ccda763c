// SPDX-License-Identifier: MIT
#pragma once

// How one source serves every x86-64 processor: it includes itself once for each instruction set,
// in a region that is compiled for that one, and its functions call the best that the processor
// has. These are the texts of that; what a region holds, emit.cpp knows. Promises no constructor
// and no lock, and one text compiled once by other compilers than GCC and Clang, and for other
// machines.

#include <laminate/base/error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace laminate::codegen {

// The targets of "x86-64-v3,x86-64-v4", or none of "flags"; or which word isn't one.
result<std::vector<target>> parse_targets(std::string_view words);

// "x86-64, x86-64-v3 and x86-64-v4"
std::string spelled(std::span<const target> targets);

// Whether anything is compiled for more than the flags allow.
bool has_regions(std::span<const target> targets);

// Which regions there are in `file`, as macros: of LAMINATE_V1, the flags', LAMINATE_V3 and
// LAMINATE_V4 those are defined, each as its namespace, whose name begins with `place`.
std::string region_macros(std::span<const target> targets, std::string_view place,
                          std::string_view file);
std::string region_macros_end();

// Includes the file for each region, with LAMINATE_LEVEL defined as its number, and LAMINATE_PLACE
// as its namespace.
std::string regions();

// level(), which says what to run.
std::string level_function(std::span<const target> targets);

// A function that calls the one of the same name in the best region: "infer", "const float* in",
// "in".
std::string dispatching_function(std::string_view name, std::string_view parameters,
                                 std::string_view arguments);

} // namespace laminate::codegen
