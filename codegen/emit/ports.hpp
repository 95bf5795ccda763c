// SPDX-License-Identifier: MIT
#pragma once

// A network's inputs and outputs as a generated source names them: "in" and "out" where there is
// one of each, else their own names, which users see in headers. Needs a plan. Promises identifiers
// that are distinct.

#include <laminate/ir/plan.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "source.hpp"

namespace laminate::codegen {

struct port_text {
    std::string name;   // in the header
    std::string inner;  // in the source: "in_1"
    std::string floats; // of a row: "inputs", or a number
    std::size_t units = 0;
    std::size_t begin = 0; // in a row of all inputs, or outputs
};

struct port_texts {
    explicit port_texts(const network_source& network);

    std::vector<port_text> in;
    std::vector<port_text> out;

    bool several() const { return in.size() + out.size() > 2; }
    // "const float* in, float* out", as the header or the source calls them.
    std::string parameters(std::string port_text::*name) const;
    std::string spans(bool of_rows) const;
    // What is passed on, such as "in + row * inputs, out + row * outputs".
    std::string arguments() const;
    std::string arguments_at_row() const;
    std::string data() const; // of spans
};

// "in, in_1".
std::string inner_name(const char* name, std::size_t index);

} // namespace laminate::codegen
