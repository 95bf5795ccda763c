// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include <laminate/base/version.hpp>

#include "../bench/measure.hpp"
#include "../emit/dispatch.hpp"
#include "completion.hpp"
#include "operators.hpp"
#include "pages.hpp"

namespace laminate::codegen::tool {

namespace {

std::string is_assignment(const std::string& text) {
    return split_assignment(text) ? "" : "expected name=value, found '" + text + "'";
}

std::string is_whole_assignment(const std::string& text) {
    const std::optional<assignment> a = split_assignment(text);
    const bool whole =
        a && a->value.size() < 18 && a->value.find_first_not_of("0123456789") == std::string::npos;
    return whole ? "" : "expected name=N with a whole number N, found '" + text + "'";
}

std::string are_targets(const std::string& text) {
    const result<std::vector<target>> targets = parse_targets(text);
    return targets ? "" : targets.error().message;
}

void add_model_options(CLI::App& command, model_options& options) {
    command.add_option("model", options.model, "The network: an ONNX file")
        ->required()
        ->type_name("model.onnx");
    const char* const group = "Reading the model";
    command
        .add_option("--batch", options.batch,
                    "Fix the number of rows that the model leaves free, where it computes with it")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 40))
        ->group(group);
    command.add_option("--set", options.set, "Fix a symbolic extent; may be repeated")
        ->type_name("name=N")
        ->check(is_whole_assignment)
        ->group(group);
    command
        .add_option("--constant", options.constants,
                    "Bind an input of the model to a value, .npy or .pb; may be repeated")
        ->type_name("name=file")
        ->check(is_assignment)
        ->group(group);
    command
        .add_option("--model-output", options.output,
                    "Which output to compute, if there are several")
        ->type_name("name")
        ->group(group);
    command
        .add_flag("--no-optimize{false}", options.optimize,
                  "Keep the layers as they are: fold, merge and remove nothing")
        ->group(group);
    command
        .add_option(
            "--input-range", options.input_range,
            "What inputs can be: lo,hi, or a file with a line 'lo hi' per input, or an .npy "
            "of [inputs, 2]. Lets units go that never fire. Outside of it results are wrong")
        ->type_name("lo,hi|file")
        ->group(group);
}

void add_rows(CLI::App& command, std::vector<std::string>& input) {
    command
        .add_option("--input", input,
                    "Rows to evaluate: .npy or an ONNX tensor (.pb); for each of several inputs "
                    "one, with its name")
        ->required()
        ->allow_extra_args(false)
        ->type_name("[name=]x.npy");
}

} // namespace

command_line::command_line()
    : app("Trained networks as fused C++: from ONNX to standalone sources.") {
    app.name("laminate");
    app.set_version_flag("--version", "laminate " LAMINATE_VERSION, "Print the version and exit");
    app.set_help_flag("-h,--help", "Print this help and exit");
    app.require_subcommand(0, 1); // so that a wrong word is told, not the lack of a right one
    app.footer(
        "Examples:\n"
        "  laminate generate model.onnx -o generated\n"
        "  laminate inspect model.onnx\n"
        "  laminate verify model.onnx --input x.npy --expected y.npy\n"
        "  laminate bench model.onnx\n\n"
        "Exit codes: 0 all is well; 1 something is wrong with a file or a value that you gave, "
        "or outputs\ndiffer from those expected; 2 the command line is wrong; 3 verify cannot "
        "tell; 70 a bug of\nLaminate's, please report it.\n"
        "`laminate <command> --help` tells more.");
    add_generate();
    add_inspect();
    add_run();
    add_verify();
    add_bench();
    add_the_rest();
}

CLI::App* command_line::add(const char* name, const char* description, const char* examples,
                            std::function<outcome()> run) {
    CLI::App* const command = app.add_subcommand(name, description);
    command->footer(std::string("Examples:\n") + examples);
    command->callback([this, run = std::move(run)] { chosen = run; });
    command->add_flag("--json", as_json, "Print the report as JSON, also that of an error");
    return command;
}

void command_line::add_generate() {
    CLI::App& command =
        *add("generate",
             "Write a network as standalone C++17: a header and a source that depend on nothing",
             "  laminate generate policy.onnx -o generated --namespace robot::policy --self-test\n"
             "  laminate generate policy.onnx --input-range -1,1 --c-interface\n"
             "  laminate generate large.onnx --weights binary -o generated\n"
             "  laminate generate policy.onnx --dsl -o generated",
             [this] { return generate(generate_); });
    generate_options& o = generate_;
    add_model_options(command, o.model);
    const char* const group = "Writing the sources";
    command.add_option("-o,--output", o.output, "The directory to write to, made if need be")
        ->type_name("directory")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--name", o.name,
                    "Of the files and functions: an identifier; default: of the model's file")
        ->type_name("name")
        ->group(group);
    command.add_option("--namespace", o.name_space, "Such as robot::policy; default: the name")
        ->type_name("namespace")
        ->group(group);
    command
        .add_flag("--c-interface", o.c_interface, "Add <name>.h, with functions that C can call")
        ->group(group);
    command
        .add_flag("--self-test", o.self_test,
                  "Add self_test(), which computes rows whose outputs are known")
        ->group(group);
    command
        .add_option("--golden", o.golden,
                    "The rows of the self-test; for each of several inputs a file, with its name; "
                    "default: made up")
        ->allow_extra_args(false)
        ->type_name("[name=]x.npy")
        ->group(group);
    command
        .add_option(
            "--weights", o.weights,
            "embedded: in the source; binary: in <name>.weights, which is mapped into memory "
            "and checked when the program loads it")
        ->check(CLI::IsMember({"embedded", "binary"}))
        ->type_name("where")
        ->capture_default_str()
        ->group(group);
    command
        .add_option(
            "--entries", o.entries,
            "infer for one row (single), infer_batch for any number of rows (batch), or both")
        ->check(CLI::IsMember({"both", "single", "batch"}))
        ->type_name("which")
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--targets", o.targets,
                    "Instruction sets that the source chooses from at run time, some of x86-64, "
                    "x86-64-v3 and x86-64-v4, the least of which is taken for granted; flags: "
                    "what the compiler's flags allow, alone")
        ->check(are_targets)
        ->type_name("list")
        ->capture_default_str()
        ->group(group);
    CLI::Option* const dsl =
        command
            .add_flag(
                "--dsl", o.dsl,
                "Write the network as a declaration and its parameters as safetensors instead, for "
                "a program that uses Laminate's headers")
            ->group(group);
    CLI::Option* const onnx =
        command
            .add_flag("--onnx", o.onnx,
                      "Write the network as it was optimised as <name>_optimised.onnx instead")
            ->excludes(dsl)
            ->group(group);
    for (const char* other :
         {"--c-interface", "--self-test", "--golden", "--weights", "--entries", "--targets"})
        for (CLI::Option* const instead : {dsl, onnx})
            instead->excludes(command.get_option(other)); // of a source alone
    command.add_flag("--force", o.force, "Replace files that exist and that Laminate didn't write")
        ->group(group);
    command.add_option("--depfile", o.depfile, "Write the files that were read as a rule for make")
        ->type_name("file.d")
        ->group(group);
}

void command_line::add_inspect() {
    CLI::App& command =
        *add("inspect", "Show a model: its graph, what the passes change, the plan and its figures",
             "  laminate inspect model.onnx\n"
             "  laminate inspect model.onnx --trace\n"
             "  laminate inspect model.onnx --dot | dot -Tsvg -o model.svg",
             [this] { return inspect(inspect_); });
    add_model_options(command, inspect_.model);
    command.add_flag("--trace", inspect_.trace, "Every change of every pass, and why");
    command.add_flag("--dot", inspect_.dot, "A drawing for Graphviz instead of text")
        ->excludes(command.get_option("--json"));
}

void command_line::add_run() {
    CLI::App& command =
        *add("run", "Evaluate rows with the kernels and, in double, with the reference",
             "  laminate run model.onnx --input x.npy\n"
             "  laminate run model.onnx --input x.npy --output y.npy",
             [this] { return run(run_); });
    add_model_options(command, run_.model);
    add_rows(command, run_.input);
    command
        .add_option("--output", run_.output,
                    "Write what the kernels compute instead of printing it; of several outputs "
                    "those that are named")
        ->allow_extra_args(false)
        ->type_name("[name=]y.npy");
    command
        .add_option("--reference-output", run_.reference_output,
                    "Write what the reference computes, in double")
        ->allow_extra_args(false)
        ->type_name("[name=]y.npy");
}

void command_line::add_verify() {
    CLI::App& command =
        *add("verify",
             "Compare generated source, kernels and reference with outputs that are known, and say "
             "where they differ and why",
             "  laminate verify model.onnx --input x.npy --expected y.npy\n"
             "  laminate verify model.onnx --input input_0.pb --expected output_0.pb --no-compile",
             [this] { return verify(verify_); });
    add_model_options(command, verify_.model);
    add_rows(command, verify_.input);
    command
        .add_option("--expected", verify_.expected,
                    "Their outputs: .npy or an ONNX tensor (.pb); for each of several outputs one, "
                    "with its name")
        ->required()
        ->allow_extra_args(false)
        ->type_name("[name=]y.npy");
    command
        .add_option("--tolerance", verify_.tolerance,
                    "A relative error to allow beside the bound, for outputs of lower precision; "
                    "0.0005 for float16")
        ->type_name("T")
        ->check(CLI::Range(0.0, 1.0));
    command.add_flag("--no-compile{false}", verify_.compile,
                     "Don't compile the generated source; else $CXX with $CXXFLAGS does, or c++");
}

void command_line::add_bench() {
    CLI::App& command =
        *add("bench",
             "Time a network on this machine: fused, unfused and as plain nested loops, compiled "
             "with the same flags, beside the machine's limit",
             "  laminate bench model.onnx\n"
             "  laminate bench model.onnx --rows 32,4096 --compiler clang++ --svg model.svg\n"
             "  laminate bench model.onnx --target x86-64-v3 --json > model.json",
             [this] { return bench_command(bench_); });
    add_model_options(command, bench_.model);
    command
        .add_option("--rows", bench_.rows,
                    "The sizes of batches, besides single rows; default: 16,64,256,1024")
        ->delimiter(',')
        ->type_name("N,N,...")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 30));
    command
        .add_option("--compiler", bench_.compiler,
                    "What compiles the sources; default: $CXX, or c++. $CXXFLAGS are added")
        ->type_name("command");
    command
        .add_option("--target", bench_.target,
                    "The processor to compile for, as -march has it, such as x86-64-v3")
        ->type_name("name")
        ->capture_default_str()
        ->check([](const std::string& text) {
            return is_target(text) ? "" : "expected a target such as native, found '" + text + "'";
        });
    command
        .add_option("--input", bench_.inputs,
                    "Rows to time it with: .npy or an ONNX tensor (.pb); for each of several "
                    "inputs one, with its name; default: made up in -1 to 1")
        ->allow_extra_args(false)
        ->type_name("[name=]x.npy");
    command.add_option("--seconds", bench_.seconds, "How long to time it, beside compiling")
        ->type_name("S")
        ->capture_default_str()
        ->check(CLI::Range(0.001, 3600.0));
    command.add_option("--svg", bench_.svg, "Draw the figures as well")->type_name("file.svg");
}

void command_line::add_the_rest() {
    add("operators", "List the operators of ONNX that are read, and their restrictions",
        "  laminate operators\n  laminate operators --json", list_operators);

    CLI::App& shell =
        *add("completion", "Print a script that completes commands and options",
             "  laminate completion bash > ~/.local/share/bash-completion/completions/laminate\n"
             "  laminate completion zsh > ~/.zfunc/_laminate\n"
             "  laminate completion fish > ~/.config/fish/completions/laminate.fish",
             [this] { return completion(app, shell_); });
    shell.add_option("shell", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));

    // For Laminate's own build: not shown.
    CLI::App& pages = *add("page", "Print the manual made from --help", "  laminate page man",
                           [this] { return manual(app, page_); });
    pages.group("");
    pages.add_option("format", page_, "man or markdown")
        ->required()
        ->check(CLI::IsMember({"man", "markdown"}));
}

} // namespace laminate::codegen::tool
