// SPDX-License-Identifier: MIT
#pragma once

// Parameters in a file of their own, <name>.weights, which a generated source maps into memory: for
// networks whose weights would take a compiler long, or that are trained again after the build.
// Needs a plan. Promises one layout: a header of 64 bytes (magic, version, hash of the network's
// shape, bytes of the floats, their FNV-1a hash), then the floats as packed, little-endian, so that
// they are aligned to 64 bytes wherever the file is.

#include <laminate/ir/plan.hpp>

#include <span>
#include <string>

#include "source.hpp"

namespace laminate::codegen {

// The bytes of the file.
std::string weights_file(const ir::plan_view& plan, std::span<const float> packed);

// Texts of a generated source that reads it: the class in its header, the functions behind it in
// the namespace of the network, the headers that these need, and their form for C.
std::string weights_class(const network_source& network);
std::string weights_functions(const network_source& network);
std::string weights_includes();
std::string weights_c_header(const network_source& network);
std::string weights_c_functions(const network_source& network, const std::string& name_space);

} // namespace laminate::codegen
