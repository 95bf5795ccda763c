// SPDX-License-Identifier: MIT
#pragma once

// A network's inputs or outputs on the command line: a file for each, "name=x.npy", or just the
// file where there is one of them. Needs a graph. Promises that every name is known, or throws
// laminate::exception with those that are.

#include <string>
#include <vector>

#include "../graph/graph.hpp"
#include "array_file.hpp"

namespace laminate::codegen::tool {

struct port {
    std::string name;
    std::vector<std::size_t> shape; // of one row
    std::size_t begin = 0;          // in a row of all
    std::size_t units = 0;
};

struct ports {
    const char* what; // "input"
    std::vector<port> all;
    std::size_t width = 0; // of a row of all

    std::string names() const; // 'a', 'b'
};

ports input_ports(const graph& network);
ports output_ports(const graph& network);

struct port_file {
    std::string path;
    port of;
};

// Those that are named, each once.
std::vector<port_file> files_of(const ports& side, const std::vector<std::string>& words,
                                const char* option);

// Rows of all ports, each with the numbers of one behind those of the other; all are needed.
rows read_ports(const ports& side, const std::vector<std::string>& words, const char* option);

} // namespace laminate::codegen::tool
