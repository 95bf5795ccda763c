// SPDX-License-Identifier: MIT
#pragma once

// The names of what is generated: checked if a user chose them, made up from a file's name if not.
// An accepted name compiles behind every header of the standard and of POSIX, and a refused one is
// explained. laminate_add_model and laminate_add_network (cmake/LaminateGenerate.cmake) do the
// same.

#include <laminate/base/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace laminate::codegen {

// `name` is that of files and C functions, and without a `name_space` also the namespace, so that
// nothing else may be declared by it. With a C interface it is a header's, <name>.h.
std::optional<error> check_names(std::string_view name, std::string_view name_space,
                                 bool c_interface);

// A name that check_names accepts, like that of a file: "acas-xu" gives "acas_xu", "time" gives
// "network_time", unless it is in a namespace.
std::string name_like(std::string_view stem, std::string_view name_space, bool c_interface);

} // namespace laminate::codegen
