// SPDX-License-Identifier: MIT
#include "run.hpp"

#include <laminate/file/npy.hpp>
#include <laminate/file/whole_file.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "ports.hpp"
#include "results.hpp"

namespace laminate::codegen::tool {

namespace {

// The shape of all rows: a leading extent of 1 is the batch.
std::vector<std::size_t> shape_of(std::size_t rows, const std::vector<std::size_t>& row) {
    std::vector<std::size_t> shape = {rows};
    shape.insert(shape.end(), row.begin(), row.end());
    return shape;
}

// Each output that has a file.
template <class T>
void write(const std::vector<port_file>& files, std::size_t rows, const std::vector<T>& numbers) {
    for (const port_file& file : files) {
        const std::size_t width = numbers.size() / rows;
        std::vector<T> of_port;
        for (std::size_t r = 0; r < rows; ++r) {
            const auto first =
                numbers.begin() + static_cast<std::ptrdiff_t>(r * width + file.of.begin);
            of_port.insert(of_port.end(), first,
                           first + static_cast<std::ptrdiff_t>(file.of.units));
        }
        const std::string bytes =
            npy_bytes(shape_of(rows, file.of.shape), std::span<const T>(of_port));
        if (const std::optional<error> why = write_file_atomically(file.path, bytes)) raise(*why);
    }
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

// A line per row: the numbers with as many digits as a float needs to be read back, a bar between
// outputs, and the row's class.
std::string rows_text(const std::vector<float>& numbers, const ports& outputs,
                      const std::vector<std::string>& classes) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); i += outputs.width) {
        for (const port& p : outputs.all)
            for (std::size_t u = 0; u < p.units; ++u)
                text += fmt::format("{}{}",
                                    u > 0         ? " "
                                    : p.begin > 0 ? " | "
                                                  : "",
                                    numbers[i + p.begin + u]);
        text += (classes.empty() ? "" : "  " + legible(classes[i / outputs.width])) + "\n";
    }
    return text;
}

json rows_json(const std::vector<float>& numbers, std::size_t width, const port& p) {
    json all = json::array();
    for (std::size_t i = p.begin; i < numbers.size(); i += width)
        all.push_back(
            std::vector<float>(numbers.begin() + static_cast<std::ptrdiff_t>(i),
                               numbers.begin() + static_cast<std::ptrdiff_t>(i + p.units)));
    return all;
}

// Of several outputs each under its name.
json rows_json(const std::vector<float>& numbers, const ports& outputs) {
    if (outputs.all.size() == 1) return rows_json(numbers, outputs.width, outputs.all.front());
    json named = json::object();
    for (const port& p : outputs.all)
        named[p.name] = rows_json(numbers, outputs.width, p);
    return named;
}

void check_files(const std::vector<port_file>& kernels, const std::vector<port_file>& reference) {
    for (const port_file& a : kernels)
        for (const port_file& b : reference)
            if (a.path == b.path)
                raise(error{sentence(a.path, ": expected two files for --output and "
                                             "--reference-output, found one")});
}

} // namespace

outcome run(const run_options& options) {
    const network n = load_network(options.model);
    const graph& g = n.source.network;
    const ports outputs = output_ports(g);
    const auto files = files_of(outputs, options.output, "--output");
    const auto of_reference = files_of(outputs, options.reference_output, "--reference-output");
    check_files(files, of_reference);
    const results r = compute(n, options.model, options.input);
    const difference d = compare(r.allowed, r.kernels, g.outputs());

    write(files, r.rows, r.kernels);
    write(of_reference, r.rows, values_of(r.model));

    outcome done;
    const std::vector<std::string> classes = classes_of(n.source, r.kernels);
    if (options.output.empty()) done.text = rows_text(r.kernels, outputs, classes);
    done.text +=
        fmt::format("{} rows; kernels and reference differ by {}\n", r.rows, difference_text(d));
    done.report = {
        {"model", options.model.model}, {"rows", r.rows}, {"difference", difference_json(d)}};
    if (options.output.empty()) done.report["outputs"] = rows_json(r.kernels, outputs);
    if (!classes.empty()) done.report["classes"] = classes;
    if (!d.within_bound()) done.code = internal_bug;
    return done;
}

} // namespace laminate::codegen::tool
