// SPDX-License-Identifier: MIT
#pragma once

// The names that a user chooses for what is generated. Needs nothing. Promises that an accepted
// name compiles, and that a refused one is explained.

#include <laminate/base/error.hpp>

#include <optional>
#include <string_view>

namespace laminate::codegen {

// An identifier of C and C++ up to C++23, as the name of files and functions.
std::optional<error> check_name(std::string_view name);
// Such identifiers joined by "::".
std::optional<error> check_namespace(std::string_view name);

} // namespace laminate::codegen
