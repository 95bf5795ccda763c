// SPDX-License-Identifier: MIT
#pragma once

// What somebody may have meant by a word that the command line doesn't know.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace laminate::codegen::tool {

// "Did you mean --output?\n" for the first word that is neither a command nor an option of the
// command given, if one is like it; else nothing.
std::string suggestion(const CLI::App& app, const std::vector<std::string>& words);

} // namespace laminate::codegen::tool
