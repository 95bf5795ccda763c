// SPDX-License-Identifier: MIT
#include "completion.hpp"

#include <fmt/format.h>

#include "described.hpp"

namespace laminate::codegen::tool {

namespace {

using commands = std::vector<described_command>;

std::string names(const commands& all) {
    std::string text;
    for (const described_command& c : all)
        text += (text.empty() ? "" : " ") + c.name;
    return text;
}

// Option names, or the choices of a positional one, of a command: what may come next.
std::string words(const described_command& c) {
    std::string text;
    for (const described_option& o : c.options)
        text += fmt::format("{}{}", text.empty() ? "" : " ",
                            o.positional ? fmt::format("{}", fmt::join(o.choices, " ")) : o.name);
    return text;
}

std::string bash(const commands& all) {
    std::string choices;
    std::string cases;
    for (const described_command& c : all) {
        cases += fmt::format("        {}) words=\"{}\" ;;\n", c.name, words(c));
        for (const described_option& o : c.options)
            if (!o.positional && !o.choices.empty())
                choices +=
                    fmt::format("        {}) COMPREPLY=($(compgen -W \"{}\" -- \"$current\")); "
                                "return ;;\n",
                                o.name, fmt::join(o.choices, " "));
    }
    return fmt::format(R"(# Completion of laminate for bash; written by `laminate completion bash`.
_laminate() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}" words=""
    case "$before" in
{}    esac
    case "${{COMP_WORDS[1]}}" in
{}        *) words="{} --help --version" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _laminate laminate
)",
                       choices, cases, names(all));
}

// In single quotes, and without what zsh's _arguments takes for its own punctuation.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') out += "'\\'";
        if (c == ':' || c == '[' || c == ']') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_action(const described_option& o) {
    if (!o.choices.empty()) return fmt::format("({})", fmt::join(o.choices, " "));
    return o.takes_file ? "_files" : " ";
}

std::string zsh(const commands& all) {
    std::string list;
    std::string cases;
    for (const described_command& c : all) {
        list += fmt::format("        '{}:{}'\n", c.name, zsh_text(c.description));
        cases += fmt::format("        {}) _arguments", c.name);
        for (const described_option& o : c.options) {
            cases += " \\\n            ";
            if (o.positional)
                cases += fmt::format("'*:{}:{}'", zsh_text(o.name), zsh_action(o));
            else
                cases += fmt::format("'{}[{}]{}'", o.name, zsh_text(o.description),
                                     o.takes_value ? ":value:" + zsh_action(o) : "");
        }
        cases += " ;;\n";
    }
    return fmt::format(R"(#compdef laminate
# Completion of laminate for zsh; written by `laminate completion zsh`.
_laminate() {{
    local -a commands
    commands=(
{}    )
    if (( CURRENT == 2 )); then
        _describe 'command' commands
        return
    fi
    local command="${{words[2]}}"
    shift words
    (( CURRENT-- ))
    case "$command" in
{}    esac
}}
_laminate "$@"
)",
                       list, cases);
}

std::string fish_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string fish(const commands& all) {
    std::string text =
        "# Completion of laminate for fish; written by `laminate completion fish`.\n";
    for (const described_command& c : all) {
        text += fmt::format("complete -c laminate -f -n __fish_use_subcommand -a {} -d '{}'\n",
                            c.name, fish_text(c.description));
        for (const described_option& o : c.options) {
            const std::string choices = fmt::format("{}", fmt::join(o.choices, " "));
            const std::string at =
                fmt::format("complete -c laminate -n '__fish_seen_subcommand_from {}'", c.name);
            if (o.positional) {
                if (!choices.empty()) text += fmt::format("{} -f -a '{}'\n", at, choices);
                continue;
            }
            text += fmt::format(
                "{} -l {}{}{} -d '{}'\n", at, o.name.substr(2), o.takes_value ? " -r" : "",
                choices.empty() ? "" : " -f -a '" + choices + "'", fish_text(o.description));
        }
    }
    return text;
}

} // namespace

outcome completion(const CLI::App& app, const std::string& shell) {
    const commands all = describe(app);
    const std::string script = shell == "bash" ? bash(all) : shell == "zsh" ? zsh(all) : fish(all);
    return {script, {{"script", script}}, success};
}

} // namespace laminate::codegen::tool
