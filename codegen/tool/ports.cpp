// SPDX-License-Identifier: MIT
#include "ports.hpp"

#include <algorithm>
#include <optional>

namespace laminate::codegen::tool {

namespace {

ports ports_of(const char* what, const ir::ports& from, const std::vector<std::string>& names,
               const std::vector<std::vector<std::size_t>>& shapes) {
    ports side{what, {}, ir::total_width(from)};
    for (std::size_t k = 0; k < from.size(); ++k)
        side.all.push_back({k < names.size() ? names[k] : sentence(what, "_", k),
                            k < shapes.size() ? shapes[k] : std::vector{from[k].units},
                            from[k].begin, from[k].units});
    return side;
}

// The longest name that "name=" at the start of the word is: names may hold a '=' as well.
std::optional<port_file> file_of(const ports& side, const std::string& word) {
    std::optional<port_file> found;
    for (const port& p : side.all)
        if (word.starts_with(p.name + "=") && (!found || p.name.size() > found->of.name.size()))
            found = {word.substr(p.name.size() + 1), p};
    if (!found && side.all.size() == 1) found = {word, side.all.front()};
    return found;
}

} // namespace

std::string ports::names() const {
    std::string text;
    for (const port& p : all)
        text += (text.empty() ? "" : ", ") + quote(p.name);
    return text;
}

ports input_ports(const graph& network) {
    return ports_of("input", ir::inputs_of(network.nodes), network.input_names,
                    network.input_shapes);
}

ports output_ports(const graph& network) {
    return ports_of("output", ir::outputs_of(network.nodes), network.output_names,
                    network.output_shapes);
}

std::vector<port_file> files_of(const ports& side, const std::vector<std::string>& words,
                                const char* option) {
    std::vector<port_file> files;
    for (const std::string& word : words) {
        const std::optional<port_file> file = file_of(side, word);
        if (!file)
            raise(error{sentence("expected ", option, " <name>=<file> for one of the ", side.what,
                                 "s ", side.names(), ", found ", quote(word))});
        for (const port_file& other : files)
            if (other.of.name == file->of.name)
                raise(error{sentence("expected ", option, " once for ", side.what, " ",
                                     quote(file->of.name), ", found ", quote(other.path), " and ",
                                     quote(file->path))});
        files.push_back(*file);
    }
    return files;
}

rows read_ports(const ports& side, const std::vector<std::string>& words, const char* option) {
    const std::vector<port_file> files = files_of(side, words, option);
    rows read;
    for (const port& p : side.all) {
        const auto file = std::find_if(files.begin(), files.end(),
                                       [&p](const port_file& f) { return f.of.name == p.name; });
        if (file == files.end())
            raise(error{sentence("expected ", option, " <name>=<file> for each of the ", side.what,
                                 "s ", side.names(), ", found none for ", quote(p.name))});
        const std::string what = side.all.size() == 1 ? sentence("the ", side.what)
                                                      : sentence(side.what, " ", quote(p.name));
        const rows one = read_rows(file->path, p.units, p.shape, what);
        if (p.begin == 0) {
            read.count = one.count;
            read.numbers.resize(one.count * side.width);
        }
        if (one.count != read.count)
            raise(error{sentence(file->path, ": expected as many rows as ", side.what, " ",
                                 quote(side.all.front().name), " has, ", read.count, ", found ",
                                 one.count)});
        for (std::size_t r = 0; r < read.count; ++r)
            std::copy_n(one.numbers.begin() + static_cast<std::ptrdiff_t>(r * p.units), p.units,
                        read.numbers.begin() +
                            static_cast<std::ptrdiff_t>(r * side.width + p.begin));
    }
    return read;
}

} // namespace laminate::codegen::tool
