// SPDX-License-Identifier: MIT
#include "pages.hpp"

#include <laminate/base/version.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "described.hpp"

namespace laminate::codegen::tool {

namespace {

struct code_meaning {
    int code;
    const char* meaning;
};
constexpr code_meaning codes[] = {
    {success, "all is well"},
    {wrong_input,
     "something is wrong with a file or a value that you gave, or the outputs differ from "
     "those expected"},
    {wrong_usage, "the command line is wrong"},
    {undecided, "`verify` cannot tell: floats may be so far off that agreement says nothing"},
    {internal_bug, "a bug of Laminate's: please report it"},
};

struct verdict_meaning {
    const char* verdict;
    const char* meaning;
};
constexpr verdict_meaning verdicts[] = {
    {"ok",
     "every output lies within its bound: as near as a float evaluation of this network gets, by "
     "whatever formulas and in whatever order of sums. The bound is the narrower of the worst case "
     "and eight times the deviation that rounding errors give where they fall by chance, and half "
     "a "
     "per cent of the unit's largest output at most: one that is off by a per cent is noticed"},
    {"differs", "an output lies outside of its bound; a likely cause is named"},
    {"cannot tell",
     "the bound is wider than half a per cent (or than --tolerance), or a float may overflow: "
     "agreement would say nothing"},
};

// Calls `heading` before the first option of each group, and `entry` for each option.
template <class Heading, class Entry>
void for_each_option(const described_command& c, Heading heading, Entry entry) {
    std::vector<std::string> groups = {""};
    for (const described_option& o : c.options)
        if (std::find(groups.begin(), groups.end(), o.group) == groups.end())
            groups.push_back(o.group);
    for (const std::string& group : groups) {
        if (!group.empty()) heading(group);
        for (const described_option& o : c.options)
            if (o.group == group) entry(o);
    }
}

// Markdown reads <name> as a tag.
std::string prose(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') out += '\\';
        out += c;
    }
    return out;
}

std::string markdown(const std::string& about, const std::vector<described_command>& all) {
    std::string text =
        fmt::format("<!-- Made by `laminate page markdown` from --help; do not edit. -->\n"
                    "# The command line\n\n{}\n",
                    about);
    for (const described_command& c : all) {
        text += fmt::format("\n## laminate {}\n\n{}.\n\n```console\n{}\n```\n\n| | |\n|---|---|\n",
                            c.name, c.description, c.usage);
        const auto cell = [](std::string s) {
            for (std::size_t at = 0; (at = s.find('|', at)) != std::string::npos; at += 2)
                s.insert(at, 1, '\\');
            return s;
        };
        for_each_option(
            c, [&](const std::string& group) { text += fmt::format("| **{}** | |\n", group); },
            [&](const described_option& o) {
                text +=
                    fmt::format("| `{}` | {} |\n", cell(o.spelling), prose(cell(o.description)));
            });
        text += fmt::format("\nExamples:\n\n```console\n{}\n```\n", c.examples);
    }
    text += "\n## Verdicts of verify\n\n| | |\n|---|---|\n";
    for (const verdict_meaning& v : verdicts)
        text += fmt::format("| {} | {} |\n", v.verdict, v.meaning);
    text += "\n[How the bound is found, and what that supposes](models.md#is-it-right)\n";
    text += "\n## Exit codes\n\n| | |\n|---|---|\n";
    for (const code_meaning& c : codes)
        text += fmt::format("| {} | {} |\n", c.code, c.meaning);
    return text;
}

// Roff reads a leading dot or quote as a command, and \ and - as its own.
std::string roff(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
        if (c == '\\' || c == '-') out += '\\';
        out += c;
    }
    return out;
}

std::string man(const std::string& about, const std::vector<described_command>& all) {
    std::string text = fmt::format(".\\\" Made by `laminate page man` from --help; do not edit.\n"
                                   ".TH LAMINATE 1 \"\" \"Laminate {}\" \"User Commands\"\n"
                                   ".SH NAME\nlaminate \\- {}\n.SH SYNOPSIS\n",
                                   LAMINATE_VERSION, roff(about));
    for (const described_command& c : all)
        text += fmt::format(".B {}\n.br\n", roff(c.usage));
    text += ".SH COMMANDS\n";
    for (const described_command& c : all) {
        text += fmt::format(".SS laminate {}\n{}.\n", c.name, roff(c.description));
        for_each_option(
            c, [&](const std::string& group) { text += fmt::format(".PP\n{}:\n", roff(group)); },
            [&](const described_option& o) {
                text += fmt::format(".TP\n.B {}\n{}\n", roff(o.spelling), roff(o.description));
            });
        text += fmt::format(".PP\nExamples:\n.PP\n.nf\n{}\n.fi\n", roff(c.examples));
    }
    text += ".SH VERDICTS OF VERIFY\n";
    for (const verdict_meaning& v : verdicts)
        text += fmt::format(".TP\n.B {}\n{}\n", v.verdict, roff(v.meaning));
    text += ".SH EXIT STATUS\n";
    for (const code_meaning& c : codes)
        text += fmt::format(".TP\n.B {}\n{}\n", c.code, roff(c.meaning));
    return text + ".SH ENVIRONMENT\n.TP\n.B CXX, CXXFLAGS\nthe compiler that verify and bench use\n"
                  ".TP\n.B NO_COLOR\nif set, no colours\n";
}

} // namespace

outcome manual(const CLI::App& app, const std::string& format) {
    const std::string about = app.get_description();
    const std::vector<described_command> all = describe(app);
    const std::string page = format == "man" ? man(about, all) : markdown(about, all);
    return {page, {{"page", page}}, success};
}

} // namespace laminate::codegen::tool
