// SPDX-License-Identifier: MIT
#pragma once

// Compiles generated sources on the spot and runs them, as a process of their own.
// Needs the compiler that CMake found, and a POSIX shell.
// Promises the very floats that the process computed, or an exception with the failed command.

#include "dataset.hpp"
#include "timing.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace demo {

/// A word that a POSIX shell takes as it is, whatever it contains.
inline std::string shell_quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word) {
        c == '\'' ? text += "'\\''" : text += c;
    }
    return text + "'";
}

inline void run_command(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed:\n  " + command);
}

/// What the standalone source answers, asked for one image at a time and for all at once, and what
/// an image takes one at a time and in batches.
struct standalone_answers {
    std::vector<probabilities> single;
    std::vector<probabilities> batch;
    std::array<timing, 2> times;
};

/// Compiles `directory`/digits.cpp with `compiler flags`, and runs it on the images.
inline standalone_answers run_standalone(const std::filesystem::path& directory,
                                         const std::string& compiler, const std::string& flags,
                                         std::span<const image> images) {
    const auto path = [&](const char* name) { return (directory / name).string(); };

    std::ofstream input(path("images.f32"), std::ios::binary);
    input.write(reinterpret_cast<const char*>(images.data()),
                static_cast<std::streamsize>(images.size_bytes()));
    input.close();
    if (!input) throw std::runtime_error("cannot write " + path("images.f32"));

    run_command(shell_quoted(compiler) + " -std=c++17 " + flags + " -I " +
                shell_quoted(directory.string()) + " " + shell_quoted(DIGITS_STANDALONE_MAIN) +
                " " + shell_quoted(path("digits.cpp")) + " -o " + shell_quoted(path("standalone")));
    run_command(shell_quoted(path("standalone")) + " " + shell_quoted(path("images.f32")) + " " +
                shell_quoted(path("answers.f32")));

    standalone_answers answers{
        std::vector<probabilities>(images.size()), std::vector<probabilities>(images.size()), {}};
    std::ifstream output(path("answers.f32"), std::ios::binary);
    for (auto* part : {&answers.single, &answers.batch}) {
        output.read(reinterpret_cast<char*>(part->data()),
                    static_cast<std::streamsize>(part->size() * sizeof(probabilities)));
    }
    output.read(reinterpret_cast<char*>(answers.times.data()), sizeof answers.times);
    if (!output) throw std::runtime_error(path("answers.f32") + ": too short");
    for (const char* name : {"images.f32", "answers.f32", "standalone"}) {
        std::filesystem::remove(directory / name);
    }
    return answers;
}

} // namespace demo
