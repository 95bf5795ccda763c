// SPDX-License-Identifier: MIT

// laminate: see command_line.cpp for its commands. Its exit codes are those of outcome.hpp.

#include <laminate/base/error.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "command_line.hpp"
#include "suggest.hpp"

namespace {

using namespace laminate::codegen::tool;

std::string json_text(const json& report) {
    // What a model file calls its nodes need not be UTF-8.
    return report.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int fail(const command_line& line, exit_code code, const std::string& message) {
    if (line.as_json)
        std::fputs(json_text({{"error", message}, {"exit_code", code}}).c_str(), stdout);
    std::fprintf(stderr, "laminate: %s\n", message.c_str());
    return code;
}

int report_bug(const command_line& line, const std::string& what) {
    return fail(line, internal_bug,
                what +
                    "\nThis is a bug of Laminate's. Please report it, with the command, the model "
                    "if you can share it, and `laminate --version`.");
}

int print(const command_line& line, const outcome& done) {
    const std::string text = line.as_json ? json_text(done.report) : done.text;
    if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0)
        return fail(line, wrong_input, "standard output: can't be written to");
    if (done.code == internal_bug)
        return report_bug(line, "the parts of Laminate disagree about this model");
    return done.code;
}

// CLI11 would only say that a word, and all behind it, were not expected.
bool is_unknown_command(const command_line& line, const std::string& word) {
    const auto commands = line.app.get_subcommands([](const CLI::App*) { return true; });
    return !word.starts_with("-") &&
           std::none_of(commands.begin(), commands.end(),
                        [&word](const CLI::App* command) { return command->get_name() == word; });
}

} // namespace

int main(int argc, char** argv) {
    command_line line;
    const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (!words.empty() && is_unknown_command(line, words[0])) {
        std::fprintf(stderr, "%s is no command of laminate\n%sRun with --help for a list.\n",
                     words[0].c_str(), suggestion(line.app, words).c_str());
        return wrong_usage;
    }
    try {
        line.app.parse(argc, argv);
        if (!line.chosen) throw CLI::RequiredError("A command");
        return print(line, line.chosen());
    } catch (const CLI::ParseError& problem) {
        if (line.app.exit(problem) == 0) return success;
        std::fputs(suggestion(line.app, words).c_str(), stderr);
        return wrong_usage;
    } catch (const laminate::exception& problem) {
        return fail(line, wrong_input, problem.what());
    } catch (const std::system_error& problem) { // of a file, mostly
        return fail(line, wrong_input, problem.what());
    } catch (const std::bad_alloc&) {
        return fail(line, wrong_input, "this model needs more memory than there is");
    } catch (const std::exception& problem) {
        return report_bug(line, problem.what());
    }
}
