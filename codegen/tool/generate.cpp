// SPDX-License-Identifier: MIT
#include "generate.hpp"

#include <laminate/file/whole_file.hpp>
#include <laminate/ir/describe.hpp>

#include <fmt/format.h>

#include <filesystem>

#include "../emit/dispatch.hpp"
#include "../emit/name.hpp"
#include "../graph/evaluate.hpp"
#include "../graph/write_dsl.hpp"
#include "../onnx/write/write_onnx.hpp"
#include "ports.hpp"
#include "staging.hpp"

namespace laminate::codegen::tool {

namespace {

std::string stem_of(const model_options& options) {
    return std::filesystem::path(options.model).stem().string();
}

write_options write_options_of(const generate_options& options, const network& n,
                               const std::string& directory) {
    write_options write;
    write.directory = directory;
    write.name_space = options.name_space;
    write.self_test = options.self_test || !options.golden.empty();
    write.c_interface = options.c_interface;
    write.weights_file = options.weights == "binary";
    write.entries = options.entries == "single"  ? entry_points::single
                    : options.entries == "batch" ? entry_points::batch
                                                 : entry_points::both;
    write.targets = parse_targets(options.targets).value();
    if (!options.golden.empty()) {
        write.golden_inputs = to_floats(
            read_ports(input_ports(n.source.network), options.golden, "--golden").numbers);
    }
    return write;
}

// What a Makefile or Ninja has to know: the sources depend on all files that were read. Ninja looks
// for the first output of its rule in the first place.
void write_depfile(const std::string& path, const std::vector<std::string>& written,
                   const std::vector<std::string>& read) {
    // As compilers do: a backslash is itself, except before a space.
    const auto escaped = [](const std::string& name) {
        std::string out;
        std::size_t backslashes = 0;
        for (const char c : name) {
            if (c == ' ') out.append(backslashes + 1, '\\');
            if (c == '#') out += '\\';
            if (c == '$') out += '$';
            backslashes = c == '\\' ? backslashes + 1 : 0;
            out += c;
        }
        return out;
    };
    std::string text;
    for (const std::string& name : written)
        text += escaped(name) + " ";
    text += ":";
    for (const std::string& name : read)
        text += " \\\n  " + escaped(std::filesystem::absolute(name).string());
    if (const std::optional<error> why = write_file_atomically(path, text + "\n")) raise(*why);
}

// Names that the user gave are checked at once; a file can be called anything.
std::string name_of(const generate_options& options) {
    std::string name = options.name;
    if (name.empty())
        name = name_like(stem_of(options.model), options.name_space, options.c_interface);
    if (auto why = check_names(name, options.name_space, options.c_interface))
        raise(error{sentence(why->message, ". Say it with ",
                             options.name.empty() ? "" : "--name or ", "--namespace")});
    return name;
}

} // namespace

void write_network(const graph& network, const planned& plan, const std::string& name,
                   const write_options& options) {
    const std::vector<float> in = golden_inputs(plan.plan(), options).value();
    const std::vector<float> out = evaluate(plan, in);
    const std::optional<error> why = write_sources(
        {name, plan.plan(), plan.packed(), in, out, network.input_names, network.output_names},
        options);
    if (why) raise(*why);
}

outcome generate(const generate_options& options) {
    const std::string name = name_of(options);
    network n = load_network(options.model);
    if (options.name.empty() && name != stem_of(options.model))
        n.source.notes.push_back(sentence("the files are called ", name, " because of ",
                                          quote(stem_of(options.model)),
                                          "; --name gives them another name"));
    staging files(options.output);
    const write_options write = write_options_of(options, n, files.directory());
    if (options.dsl) {
        if (const std::optional<error> why = write_dsl(n.optimised, name, write))
            raise(error{sentence(options.model.model, ": ", why->message)});
    } else if (options.onnx) {
        const result<std::string> bytes =
            onnx_bytes(n.optimised, {.class_name = n.source.class_name});
        if (!bytes) raise(error{sentence(options.model.model, ": ", bytes.error().message)});
        const std::string file = files.directory() + "/" + name + "_optimised.onnx";
        if (const std::optional<error> why = write_file_atomically(file, *bytes)) raise(*why);
    } else {
        write_network(n.optimised, n.plan, name, write);
    }
    const std::vector<std::string> names = files.names(options.force);
    if (!options.depfile.empty()) { // first: if it can't be written, nothing is
        std::vector<std::string> read = n.source.files;
        read.push_back(options.model.model);
        write_depfile(options.depfile, names, read);
    }
    const std::vector<std::string> written = files.publish(names);

    const ir::figures& cost = n.plan.plan().cost;
    outcome done;
    for (const std::string& note : n.source.notes)
        done.text += fmt::format("note: {}\n", note);
    for (const std::string& path : written)
        done.text += path + "\n";
    done.text += fmt::format("{} parameters, {} multiply-adds, {} steps\n",
                             ir::text::grouped(cost.parameters),
                             ir::text::grouped(cost.multiply_adds), cost.steps);
    done.report = {{"model", options.model.model},
                   {"name", name},
                   {"files", written},
                   {"notes", n.source.notes},
                   {"parameters", cost.parameters},
                   {"multiply_adds", cost.multiply_adds},
                   {"weight_bytes", cost.weight_bytes},
                   {"steps", cost.steps}};
    return done;
}

} // namespace laminate::codegen::tool
