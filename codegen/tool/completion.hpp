// SPDX-License-Identifier: MIT
#pragma once

// Completion of commands, options and their choices, for three shells; files elsewhere.

#include <CLI/CLI.hpp>

#include <string>

#include "outcome.hpp"

namespace laminate::codegen::tool {

// `shell` is "bash", "zsh" or "fish".
outcome completion(const CLI::App& app, const std::string& shell);

} // namespace laminate::codegen::tool
