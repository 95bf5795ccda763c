// SPDX-License-Identifier: MIT
#pragma once

// How large the instructions in an object file are.

#include <cstddef>
#include <optional>
#include <string>

namespace laminate::codegen {

// Bytes of all sections that hold instructions; nothing if the file isn't ELF of 64 bits.
std::optional<std::size_t> object_code(const std::string& path);

} // namespace laminate::codegen
