// SPDX-License-Identifier: MIT
#pragma once

// Colours and progress, only where a person looks: on a terminal, and not if NO_COLOR is set.
// Needs POSIX isatty; elsewhere there is neither. Promises plain text in files and pipes.

#include <string>
#include <string_view>

namespace laminate::codegen::tool {

enum class paint { bold, green, red, yellow };

// For text on standard output.
std::string painted(std::string_view text, paint how);

// A line on standard error that says what takes a while, removed when the object goes.
class progress {
public:
    explicit progress(std::string_view what);
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress();

private:
    bool shown_;
};

} // namespace laminate::codegen::tool
