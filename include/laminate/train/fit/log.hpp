// SPDX-License-Identifier: MIT
#pragma once

// A text file of a line per epoch. Needs C stdio. Promises that each line is in the file when its
// epoch ends, and that a run that goes on writes the lines of the epochs before it anew.

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "../../base/compiler.hpp"
#include "../../file/whole_file.hpp"
#include "history.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

class log_file {
public:
    // An empty path: no file, and nothing is written.
    template <class Line>
    std::optional<error> open(const std::string& path, const std::string& header,
                              const std::vector<epoch_report>& before, Line line) {
        path_ = path;
        if (path.empty()) return std::nullopt;
        errno = 0;
        if (!file_.open(path, "wb"))
            return error{sentence(path, ": can't be opened: ", reason(errno))};
        std::string text = header;
        for (const epoch_report& r : before)
            text += line(r);
        return add(text);
    }

    std::optional<error> add(const std::string& text) {
        if (!file_.is_open()) return std::nullopt;
        errno = 0;
        if (std::fputs(text.c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0)
            return error{sentence(path_, ": can't be written: ", reason(errno))};
        return std::nullopt;
    }

private:
    std::string path_;
    stream file_;
};

} // namespace laminate::inline LAMINATE_ISA::detail
