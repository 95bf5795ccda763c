// SPDX-License-Identifier: MIT
#pragma once

// A directory for files of one test. Needs a file system. Promises to be empty at first, and gone
// with all that is in it at the end.

#include <laminate/file/whole_file.hpp>

#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <vector>

namespace laminate::test {

class scratch_directory {
public:
    scratch_directory() {
        static int count = 0;
        const auto seed = std::random_device{}();
        path_ = std::filesystem::temp_directory_path() /
                ("laminate-test-" + std::to_string(seed) + "-" + std::to_string(count++));
        std::filesystem::create_directory(path_);
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return (path_ / name).string();
    }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) {
            found.push_back(entry.path().filename().string());
        }
        return found;
    }

private:
    std::filesystem::path path_;
};

inline std::string content(const std::string& path) { return read_file(path, 1 << 20).value(); }

} // namespace laminate::test
