// SPDX-License-Identifier: MIT
#pragma once

// Several files that appear together or not at all. Needs a directory's name, which is created if
// need be. Promises that files are written beside their final place and renamed once all are
// complete, and that a failure leaves nothing behind: no file, no directory. Existing files are
// replaced only if Laminate wrote them, or by force.

#include <filesystem>
#include <string>
#include <vector>

namespace laminate::codegen::tool {

class staging {
public:
    explicit staging(const std::string& directory);
    staging(const staging&) = delete;
    staging& operator=(const staging&) = delete;
    ~staging();

    // Where to write for now.
    std::string directory() const { return staged_.string(); }

    // Where the files will lie, in alphabetical order. Raises if something is in their way.
    std::vector<std::string> names(bool force) const;

    // Moves them there, with nothing in their way, and returns these names.
    std::vector<std::string> publish(const std::vector<std::string>& names);

private:
    void remove_created();

    std::filesystem::path final_;
    std::filesystem::path staged_;
    std::filesystem::path created_; // the uppermost directory that wasn't there before
};

} // namespace laminate::codegen::tool
