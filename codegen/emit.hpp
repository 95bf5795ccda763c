// SPDX-License-Identifier: MIT
#pragma once

// The texts of the files that write_cpp makes. Needs checked names, and golden vectors where there
// is to be a self-test. Promises complete texts that depend on nothing but the arguments.

#include <string>

#include "source.hpp"

namespace laminate::codegen {

std::string emit_header(const network_source& network, const write_options& options);
std::string emit_source(const network_source& network, const write_options& options);
std::string emit_c_header(const network_source& network, const write_options& options);

} // namespace laminate::codegen
