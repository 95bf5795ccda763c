// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <laminate/model/file.hpp>

#include <fmt/format.h>

#include "npy.hpp"
#include "results.hpp"

namespace laminate::codegen::tool {

namespace {

// The shape of all rows: a leading extent of 1 is the batch.
std::vector<std::size_t> shape_of(std::size_t rows, const std::vector<std::size_t>& row) {
    std::vector<std::size_t> shape = {rows};
    shape.insert(shape.end(), row.begin(), row.end());
    return shape;
}

template <class T>
void write(const std::string& path, const std::vector<std::size_t>& shape,
           const std::vector<T>& numbers) {
    const std::string bytes = npy_bytes(shape, std::span<const T>(numbers));
    if (const std::optional<error> why = write_file_atomically(path, bytes)) raise(*why);
}

std::vector<double> values_of(const std::vector<reference::estimate>& estimates) {
    std::vector<double> values;
    for (const reference::estimate& e : estimates)
        values.push_back(e.value);
    return values;
}

// A line per row: the numbers with as many digits as a float needs to be read back.
std::string rows_text(const std::vector<float>& numbers, std::size_t outputs) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        text += fmt::format("{}{}", numbers[i], (i + 1) % outputs == 0 ? "\n" : " ");
    return text;
}

json rows_json(const std::vector<float>& numbers, std::size_t outputs) {
    json all = json::array();
    for (std::size_t i = 0; i < numbers.size(); i += outputs)
        all.push_back(
            std::vector<float>(numbers.begin() + static_cast<std::ptrdiff_t>(i),
                               numbers.begin() + static_cast<std::ptrdiff_t>(i + outputs)));
    return all;
}

} // namespace

outcome run(const run_options& options) {
    if (!options.output.empty() && options.output == options.reference_output)
        raise(error{sentence(options.output, ": expected two files for --output and "
                                             "--reference-output, found one")});
    const network n = load_network(options.model);
    const graph& g = n.source.network;
    const results r = compute(n, options.model, options.input);
    const difference d = compare(r.allowed, r.kernels, g.outputs());

    const std::vector<std::size_t> shape = shape_of(r.rows, g.output_shape);
    if (!options.output.empty()) write(options.output, shape, r.kernels);
    if (!options.reference_output.empty())
        write(options.reference_output, shape, values_of(r.model));

    outcome done;
    if (options.output.empty()) done.text = rows_text(r.kernels, g.outputs());
    done.text +=
        fmt::format("{} rows; kernels and reference differ by {}\n", r.rows, difference_text(d));
    done.report = {
        {"model", options.model.model}, {"rows", r.rows}, {"difference", difference_json(d)}};
    if (options.output.empty()) done.report["outputs"] = rows_json(r.kernels, g.outputs());
    if (!d.within_bound()) done.code = internal_bug;
    return done;
}

} // namespace laminate::codegen::tool
