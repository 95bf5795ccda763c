// SPDX-License-Identifier: MIT
#pragma once

// What standalone sources are made of, as plain values: no network type, so that whatever reads a
// model file can fill it in as well. Needs a plan and packed parameters. Promises that files appear
// only when all of them are complete.

#include <laminate/base/error.hpp>
#include <laminate/ir/plan.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace laminate {

// Functions for one row (infer), for many (infer_batch), or both.
enum class entry_points { both, single, batch };

// Instruction sets that a source can choose between at run time: the levels of x86-64's ABI.
enum class target { x86_64, x86_64_v3, x86_64_v4 };

struct write_options {
    std::string directory = ".";
    std::string name_space = {}; // such as "project::digits"; empty for the name
    bool self_test = false;      // adds `bool self_test() noexcept`, which checks golden vectors
    bool c_interface = false;    // adds <name>.h, and functions that C can call
    entry_points entries = entry_points::both;
    bool weights_file = false; // parameters in <name>.weights, which the source loads
    // What the source is compiled for, beside what the compiler's flags allow, where they allow
    // less: it runs the best that the processor has. The first is the least that it has, unasked.
    // Empty, or x86_64 alone: for the flags only.
    std::vector<target> targets = {target::x86_64, target::x86_64_v3, target::x86_64_v4};
    // Inputs of the self-test, whole rows one behind the other; empty for a few that Laminate
    // makes.
    std::vector<float> golden_inputs = {};
};

namespace codegen {

struct network_source {
    std::string_view name;
    ir::plan_view plan;
    std::span<const float> packed;        // all parameters
    std::span<const float> golden_inputs; // rows of all inputs, or outputs, one behind the other
    std::span<const float> golden_outputs;
    std::vector<std::string> input_names = {}; // used where there are several of them
    std::vector<std::string> output_names = {};
};

// The inputs of the self-test: whole rows, or an error.
result<std::vector<float>> golden_inputs(const ir::plan_view& plan, const write_options& options);

// Writes the files of one network, or says why not.
std::optional<error> write_sources(const network_source& source, const write_options& options);

} // namespace codegen

} // namespace laminate
