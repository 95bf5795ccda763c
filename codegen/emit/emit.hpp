// SPDX-License-Identifier: MIT
#pragma once

// The texts of the files that write_cpp makes. Needs checked names, and golden vectors where there
// is to be a self-test. Promises complete texts that depend on nothing but the arguments.

#include <string>

#include "source.hpp"

namespace laminate::codegen {

std::string emit_header(const network_source& network, const write_options& options);
std::string emit_source(const network_source& network, const write_options& options);
std::string emit_c_header(const network_source& network, const write_options& options);

// The definitions that C calls, for the end of the source.
std::string emit_c_functions(const network_source& network, const write_options& options,
                             const std::string& name_space);

// What differs in texts by the options. With a file of weights, functions of the header take these
// first, and those that do the work, whose names end in `suffix`, a pointer to the floats.
struct entry_texts {
    explicit entry_texts(const write_options& options)
        : single(options.entries != entry_points::batch),
          batch(options.entries != entry_points::single) {
        if (!options.weights_file) return;
        suffix = "_with";
        parameter = "const float* packed, ";
        argument = "packed, ";
        weights = "const weights& from, ";
    }

    bool single;
    bool batch;
    std::string suffix;
    std::string parameter;
    std::string argument;
    std::string weights;
};

} // namespace laminate::codegen
