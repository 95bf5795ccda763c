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

// "dense_3_weights"; layers are counted after the input, as in the names of parameter files.
std::string array_name(const ir::node& n, std::size_t index, const char* part);

// An elementwise node as a functor: "elu{0x1p-1f}", "prelu{prelu_2_slope}".
std::string functor_text(std::span<const ir::node> nodes, std::size_t index);

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
