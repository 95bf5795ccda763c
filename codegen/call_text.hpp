// SPDX-License-Identifier: MIT
#pragma once

// Kernel calls as text: what model/run.hpp instantiates, printed. Needs a plan. Promises one call
// per step, with the numbers of ir::call_of, and the list of the embedded files that they need.

#include <laminate/ir/plan.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>

namespace laminate::codegen {

// All calls of a plan, as statements in the body of a function template over MaxRows with the
// parameters in, out, scratch and rows.
std::string calls(const ir::plan_view& plan);

// The embedded files that the calls name.
std::set<std::string> kernel_files(const ir::plan_view& plan);

// The arrays of parameters that the calls name; or pointers of the same names into `packed`, for
// the body of that function.
std::string parameter_arrays(const ir::plan_view& plan, std::span<const float> packed);
std::string parameter_pointers(const ir::plan_view& plan);

} // namespace laminate::codegen
