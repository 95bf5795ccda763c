// SPDX-License-Identifier: MIT
#include "source.hpp"

#include <laminate/file/whole_file.hpp>
#include <laminate/ir/call.hpp>

#include <algorithm>
#include <cstdint>

#include "emit.hpp"
#include "name.hpp"
#include "weights_file.hpp"

namespace laminate::codegen {

namespace {

// Enough rows for a register tile and its rest.
constexpr std::size_t made_up_rows = 7;

// Reproducible numbers in [-1, 1): the top 24 bits of a multiplicative generator (Steele and Vigna,
// "Computationally easy, spectrally good multipliers", 2021).
std::vector<float> made_up(std::size_t count) {
    std::vector<float> numbers(count);
    std::uint64_t state = 1;
    std::generate(numbers.begin(), numbers.end(), [&state] {
        state *= 0xd1342543de82ef95U;
        return static_cast<float>(state >> 40) * 0x1p-23f - 1.0f;
    });
    return numbers;
}

std::optional<error> check(const network_source& network, const write_options& options) {
    if (auto why = check_names(network.name, options.name_space, options.c_interface)) return why;
    if (options.weights_file && network.packed.empty())
        return error{"this network has no parameters that a file of weights could hold; leave out "
                     "weights_file"};
    const std::size_t scratch = network.plan.cost.scratch_bytes;
    if (scratch > ir::max_stack_bytes)
        return error{sentence("the intermediate values of one row take ", scratch,
                              " bytes; a standalone source keeps them on the stack, at most ",
                              ir::max_stack_bytes, ". Make the widest layers narrower")};
    return std::nullopt;
}

} // namespace

result<std::vector<float>> golden_inputs(const ir::plan_view& plan, const write_options& options) {
    const std::vector<float>& given = options.golden_inputs;
    if (!options.self_test) {
        if (given.empty()) return std::vector<float>();
        return error{"golden_inputs are for the self-test; set self_test too"};
    }
    if (given.empty()) return made_up(made_up_rows * plan.inputs());
    if (given.size() % plan.inputs() != 0)
        return error{sentence("golden_inputs must be whole rows of ", plan.inputs(),
                              " floats; found ", given.size())};
    return given;
}

std::optional<error> write_sources(const network_source& network, const write_options& options) {
    if (auto why = check(network, options)) return why;
    struct file {
        std::string path;
        std::string text;
    };
    const std::string stem = sentence(options.directory, "/", network.name);
    std::vector<file> files = {{stem + ".hpp", emit_header(network, options)},
                               {stem + ".cpp", emit_source(network, options)}};
    if (options.c_interface) files.push_back({stem + ".h", emit_c_header(network, options)});
    if (options.weights_file)
        files.push_back({stem + ".weights", weights_file(network.plan, network.packed)});
    for (const file& f : files)
        if (auto why = write_file_atomically(f.path, f.text)) return why;
    return std::nullopt;
}

} // namespace laminate::codegen
