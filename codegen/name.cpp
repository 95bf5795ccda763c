// SPDX-License-Identifier: MIT
#include "name.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace laminate::codegen {

namespace {

constexpr std::string_view keywords[] = {
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_Bool",
    "_Complex",
    "_Generic",
    "_Imaginary",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
};

// <ctype.h> asks the locale.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

// What is wrong with an identifier, or nothing.
std::string complaint(std::string_view name) {
    if (name.empty()) return "is empty";
    if (is_digit(name.front())) return "starts with a digit";
    if (!std::all_of(name.begin(), name.end(), is_word))
        return "holds something other than letters, digits and _";
    if (name.front() == '_' || name.find("__") != std::string_view::npos)
        return "starts with _ or holds two of them, and such names belong to the compiler";
    if (std::find(std::begin(keywords), std::end(keywords), name) != std::end(keywords))
        return "is a keyword of C++ or C";
    if (name == "linux" || name == "unix" || name == "std")
        return "is taken by the compiler or the standard library";
    return "";
}

} // namespace

std::optional<error> check_name(std::string_view name) {
    const std::string wrong = complaint(name);
    if (wrong.empty()) return std::nullopt;
    return error{sentence("the name ", quote(name), " of the sources ", wrong,
                          "; files and functions are named by it, so give a C++ identifier, such "
                          "as digits")};
}

std::optional<error> check_namespace(std::string_view name) {
    for (std::string_view rest = name;;) {
        const std::size_t end = rest.find("::");
        const std::string wrong = complaint(rest.substr(0, end));
        if (!wrong.empty())
            return error{sentence("the namespace ", quote(name),
                                  " of the sources can't be used, "
                                  "because ",
                                  quote(rest.substr(0, end)), " ", wrong,
                                  "; give C++ identifiers joined by ::, such as project::digits")};
        if (end == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(end + 2);
    }
}

} // namespace laminate::codegen
