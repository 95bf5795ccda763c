// SPDX-License-Identifier: MIT
#pragma once

// The commands, their options and examples: the one place that --help, the man page,
// docs/laminate.md and the completions are made from. Needs CLI11. Promises that parsing fills in
// the options of the command that was given, and that `chosen` then runs it.

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

#include "bench.hpp"
#include "generate.hpp"
#include "inspect.hpp"
#include "outcome.hpp"
#include "run.hpp"
#include "verify.hpp"

namespace laminate::codegen::tool {

class command_line {
public:
    command_line();
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;

    CLI::App app;
    bool as_json = false;
    std::function<outcome()> chosen;

private:
    CLI::App* add(const char* name, const char* description, const char* examples,
                  std::function<outcome()> run);
    void add_generate();
    void add_inspect();
    void add_run();
    void add_verify();
    void add_bench();
    void add_the_rest();

    generate_options generate_;
    inspect_options inspect_;
    run_options run_;
    verify_options verify_;
    bench_command_options bench_;
    std::string shell_;
    std::string page_;
};

} // namespace laminate::codegen::tool
