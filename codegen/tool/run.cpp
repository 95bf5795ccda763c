// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <laminate/file/npy.hpp>
#include <laminate/file/whole_file.hpp>

#include <fmt/format.h>

#include <algorithm>

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

// The class of each row, where the file names them: that of the largest output, or of two whether
// the only one is above a half (behind a sigmoid) or above 0.
std::vector<std::string> classes_of(const onnx::imported& source,
                                    const std::vector<float>& numbers) {
    const std::vector<std::string>& names = source.class_name;
    const std::size_t outputs = source.network.outputs();
    const ir::op last = source.network.nodes.back().kind;
    const float middle = last == ir::op::sigmoid || last == ir::op::hard_sigmoid ? 0.5f : 0.0f;
    std::vector<std::string> classes;
    for (std::size_t i = 0; i < numbers.size() && !names.empty(); i += outputs) {
        const auto row = numbers.begin() + static_cast<std::ptrdiff_t>(i);
        const auto largest = std::max_element(row, row + static_cast<std::ptrdiff_t>(outputs));
        classes.push_back(outputs > 1 ? names[static_cast<std::size_t>(largest - row)]
                                      : names[*row > middle ? names.size() - 1 : 0]);
    }
    return classes;
}

// A line per row: the numbers with as many digits as a float needs to be read back, and its class.
std::string rows_text(const std::vector<float>& numbers, std::size_t outputs,
                      const std::vector<std::string>& classes) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const bool last = (i + 1) % outputs == 0;
        text += fmt::format("{}{}", numbers[i], last ? "" : " ");
        if (last) text += (classes.empty() ? "" : "  " + legible(classes[i / outputs])) + "\n";
    }
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
    const std::vector<std::string> classes = classes_of(n.source, r.kernels);
    if (options.output.empty()) done.text = rows_text(r.kernels, g.outputs(), classes);
    done.text +=
        fmt::format("{} rows; kernels and reference differ by {}\n", r.rows, difference_text(d));
    done.report = {
        {"model", options.model.model}, {"rows", r.rows}, {"difference", difference_json(d)}};
    if (options.output.empty()) done.report["outputs"] = rows_json(r.kernels, g.outputs());
    if (!classes.empty()) done.report["classes"] = classes;
    if (!d.within_bound()) done.code = internal_bug;
    return done;
}

} // namespace laminate::codegen::tool
