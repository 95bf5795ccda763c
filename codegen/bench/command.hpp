// SPDX-License-Identifier: MIT
#pragma once

// Other programs, mostly compilers, and the folder that their files lie in while they run. Needs
// POSIX; elsewhere the folder's constructor says so. Promises that no shell reads a word, and that
// the folder goes with the object, also where Ctrl-C or a signal ends the program.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminate::codegen {

std::string environment(const char* variable);

// "ccache g++ -m64" as three words.
std::vector<std::string> words_of(const std::string& command);

// While one lives, SIGINT, SIGTERM and SIGHUP end the commands that run, and then, once the folder
// is gone, this program.
class temporary_directory {
public:
    // `otherwise` ends the message where there is none: "Set TMPDIR" and this.
    explicit temporary_directory(std::string_view otherwise = "");
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

// How a command ended: its exit code, or the signal that killed it, or neither if it didn't start.
struct ending {
    std::optional<int> code;
    std::optional<int> signal;
};

// Runs a command, its messages in the file `log`. Throws where a signal is to end this program.
ending run_command(const std::vector<std::string>& words, const std::string& log);

// Several at the same time, eight at most.
struct command {
    std::vector<std::string> words;
    std::string log;
};
std::vector<ending> run_commands(const std::vector<command>& all);

// The same with each line that it writes to its standard output handed on at once; its messages go
// where those of this program go.
ending run_command(const std::vector<std::string>& words,
                   const std::function<void(std::string_view)>& line);

} // namespace laminate::codegen
