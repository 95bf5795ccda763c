// SPDX-License-Identifier: MIT
#pragma once

// The manual: the words of --help as a man page (roff) and as docs/laminate.md.

#include <CLI/CLI.hpp>

#include <string>

#include "outcome.hpp"

namespace laminate::codegen::tool {

// `format` is "man" or "markdown".
outcome manual(const CLI::App& app, const std::string& format);

} // namespace laminate::codegen::tool
