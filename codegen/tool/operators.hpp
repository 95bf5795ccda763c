// SPDX-License-Identifier: MIT
#pragma once

// `laminate operators`: what the importer reads, from its own list.

#include "outcome.hpp"

namespace laminate::codegen::tool {

outcome list_operators();

} // namespace laminate::codegen::tool
