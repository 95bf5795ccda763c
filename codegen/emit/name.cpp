// SPDX-License-Identifier: MIT
#include "name.hpp"

#include <algorithm>
#include <iterator>

namespace laminate::codegen {

namespace {

// In the order of the file.
constexpr std::string_view taken[] = {
#include "../../cmake/taken_names.inc"
};
enum list : std::size_t { keywords, macros, declared, headers, devices };
static_assert(std::size(taken) == devices + 1, "taken_names.inc has other lists than these");

bool holds(std::string_view words, std::string_view word) {
    for (std::size_t at = words.find(word); at != std::string_view::npos;
         at = words.find(word, at + 1)) {
        const char before = words[at - 1]; // a line break surrounds each list
        const char behind = words[at + word.size()];
        if ((before == ' ' || before == '\n') && (behind == ' ' || behind == '\n')) return true;
    }
    return false;
}

// The word itself, or "pthread_*" for all that begin so.
bool is_taken(list by, std::string_view word) {
    const std::string_view family = word.substr(0, word.find('_') + 1);
    return holds(taken[by], word) || (!family.empty() && holds(taken[by], sentence(family, "*")));
}

// <ctype.h> asks the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

// Some file systems don't tell capitals from small letters.
std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// What is wrong with an identifier, or nothing.
std::string complaint(std::string_view name) {
    if (name.empty()) return "is empty";
    if (is_digit(name.front())) return "starts with a digit";
    if (!std::all_of(name.begin(), name.end(), is_word))
        return "holds something other than letters, digits and _";
    if (name.front() == '_' || name.find("__") != std::string_view::npos)
        return "starts with _ or holds two of them, and such names belong to the compiler";
    if (is_taken(keywords, name)) return "is a keyword of C++ or C";
    if (is_taken(macros, name)) return "is a macro of the compiler or of a standard header";
    if (name == "std") return "is the standard library's namespace";
    if (name == "laminate") return "is the namespace of Laminate's own headers";
    return "";
}

std::optional<error> check_namespace(std::string_view name) {
    const auto refuse = [&](std::string_view part, std::string_view wrong) {
        return error{sentence("the namespace ", quote(name),
                              " of the sources can't be used, because ", quote(part), " ", wrong,
                              "; give C++ identifiers joined by ::, such as project::digits")};
    };
    for (std::string_view rest = name;;) {
        const std::size_t end = rest.find("::");
        const std::string_view part = rest.substr(0, end);
        if (const std::string wrong = complaint(part); !wrong.empty()) return refuse(part, wrong);
        if (part.data() == name.data() && is_taken(declared, part))
            return refuse(part, "is declared by a standard header as something else");
        if (end == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(end + 2);
    }
}

} // namespace

std::optional<error> check_names(std::string_view name, std::string_view name_space,
                                 bool c_interface) {
    const auto refuse = [&](std::string_view wrong, std::string_view instead) {
        return error{sentence("the name ", quote(name), " of the sources ", wrong,
                              "; files and functions are named by it, so give ", instead)};
    };
    const std::string file = lower_case(name);
    if (const std::string wrong = complaint(name); !wrong.empty())
        return refuse(wrong, "a C++ identifier, such as digits");
    if (is_taken(devices, file)) return refuse("is a device's on Windows", "another one");
    if (c_interface && is_taken(headers, file))
        return refuse(sentence("would name the C interface as a standard header, ", file, ".h"),
                      "another one");
    if (!name_space.empty()) return check_namespace(name_space);
    if (is_taken(declared, name))
        return refuse("is declared by a standard header, and so can't be their namespace",
                      sentence("another one, or a namespace, such as project::", name));
    return std::nullopt;
}

std::string name_like(std::string_view stem, std::string_view name_space, bool c_interface) {
    std::string name;
    for (const char c : stem)
        if (is_letter(c) || is_digit(c))
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
    if (!name.empty() && name.back() == '_') name.pop_back();
    if (name.empty()) return "network";
    // Of the namespace, which somebody chose, another name mends nothing.
    const std::string_view own = name_space.empty() ? "" : "chosen";
    return check_names(name, own, c_interface) ? "network_" + name : name;
}

} // namespace laminate::codegen
