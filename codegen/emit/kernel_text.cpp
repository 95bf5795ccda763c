// SPDX-License-Identifier: MIT
#include "kernel_text.hpp"

#include <laminate/base/error.hpp>

#include <algorithm>

#include "embedded.hpp"

namespace laminate::codegen {

namespace {

[[noreturn]] void defect(std::string_view file, std::string_view what) {
    raise({sentence("defect in Laminate: the embedded text ", file, " ", what)});
}

std::string_view text_of(std::string_view file) {
    for (std::size_t i = 0; i < embedded_file_count; ++i)
        if (embedded_files[i].name == file) return embedded_files[i].text;
    defect(file, "is missing; list it in codegen/CMakeLists.txt");
}

// The first line of `text`, which loses it.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

// "include" of "#  include <cstddef>", or nothing; `line` keeps what follows.
std::string_view take_directive(std::string_view& line) {
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash == std::string_view::npos || line[hash] != '#') return {};
    line.remove_prefix(std::min(line.find_first_not_of(' ', hash + 1), line.size()));
    const std::size_t end = std::min(line.find_first_of(" <\"("), line.size());
    const std::string_view directive = line.substr(0, end);
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
    return directive;
}

// "laminate/kernel/forward/dense.hpp" and "../../base/panel.hpp" make "laminate/base/panel.hpp".
std::string beside(std::string_view file, std::string_view path) {
    std::string_view directory = file.substr(0, file.rfind('/'));
    while (path.starts_with("../")) {
        path.remove_prefix(3);
        directory = directory.substr(0, directory.rfind('/'));
    }
    return sentence(directory, "/", path);
}

// One file after another, each behind those that it includes.
class collector {
public:
    collector(std::string_view enclosing, const std::set<std::string>& elsewhere)
        : open_(sentence("namespace { namespace ", enclosing, " { ")), seen_(elsewhere) {}

    void add(const std::string& file) {
        if (!seen_.insert(file).second) return;
        std::string text = sentence("\n// ---- ", file, "\n\n");
        std::size_t conditions = 0;
        std::size_t open = 0;
        bool blank = true;
        for (std::string_view rest = text_of(file); !rest.empty();) {
            const std::string_view line = take_line(rest);
            std::string_view argument = line;
            const std::string_view directive = take_directive(argument);
            if (directive.starts_with("if")) ++conditions;
            if (directive == "endif") --conditions;
            if (directive == "define" && argument.starts_with("LAMINATE_"))
                macros_.emplace(argument.substr(0, argument.find_first_of(" (")));
            if (directive == "include" && argument.starts_with('"')) {
                if (conditions > 0) defect(file, "includes another one under a condition");
                add(beside(file, argument.substr(1, argument.rfind('"') - 1)));
                continue;
            }
            if (directive == "include" && conditions == 0) {
                includes_.emplace(line);
                continue;
            }
            if (directive == "pragma" && argument.starts_with("once")) continue;
            if (line.starts_with("// SPDX-")) continue;
            if (line.empty() && blank) continue;
            blank = line.empty();
            append_line(text, line, open);
        }
        if (open != 0) defect(file, "doesn't close its namespace with '} // namespace laminate'");
        body_ += text;
    }

    kernel_text finish() const {
        kernel_text all;
        all.body = body_;
        for (const std::string& line : includes_)
            all.includes += line + '\n';
        for (const std::string& macro : macros_) {
            all.open_macros +=
                sentence("#pragma push_macro(\"", macro, "\")\n#undef ", macro, "\n");
            all.close_macros += sentence("#pragma pop_macro(\"", macro, "\")\n");
        }
        return all;
    }

private:
    // Only a namespace is moved, not the text around it: a conditional include must stay outside.
    void append_line(std::string& text, std::string_view line, std::size_t& open) const {
        if (line.starts_with("namespace laminate")) {
            ++open;
            text += open_;
        } else if (line.starts_with("}") &&
                   line.find("// namespace laminate") != std::string_view::npos) {
            --open;
            text += "}}";
        }
        text += line;
        text += '\n';
    }

    std::string open_;
    std::string body_;
    std::set<std::string> seen_;
    std::set<std::string> includes_;
    std::set<std::string> macros_;
};

} // namespace

kernel_text collect_kernels(const std::set<std::string>& files, std::string_view enclosing,
                            const std::set<std::string>& elsewhere) {
    collector all(enclosing, elsewhere);
    for (const std::string& file : files)
        all.add(file);
    return all.finish();
}

} // namespace laminate::codegen
