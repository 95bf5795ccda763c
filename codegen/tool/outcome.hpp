// SPDX-License-Identifier: MIT
#pragma once

// What a command leaves: text for the terminal or JSON, and the exit code. Needs nothing. Promises
// that one place decides which of the two is printed, and that exit codes have one meaning each.

#include <nlohmann/json.hpp>

#include <string>

namespace laminate::codegen::tool {

enum exit_code : int {
    success = 0,
    wrong_input = 1,  // a model, a file or a value that the user gave; a verification that fails
    wrong_usage = 2,  // the command line itself
    undecided = 3,    // a verification that can't tell right from wrong
    internal_bug = 70 // Laminate's own mistake (EX_SOFTWARE of sysexits.h)
};

using json = nlohmann::ordered_json;

struct outcome {
    std::string text;
    json report;
    exit_code code = success;
};

} // namespace laminate::codegen::tool
