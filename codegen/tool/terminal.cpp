// SPDX-License-Identifier: MIT
#include "terminal.hpp"

#include <laminate/file/terminal.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace laminate::codegen::tool {

namespace {

bool has_colours() {
    const char* const none = std::getenv("NO_COLOR"); // https://no-color.org
    return (none == nullptr || *none == '\0') && is_terminal(stdout);
}

} // namespace

std::string painted(std::string_view text, paint how) {
    static const bool colours = has_colours();
    constexpr int codes[] = {1, 32, 31, 33};
    return colours ? fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<int>(how)], text)
                   : std::string(text);
}

progress::progress(std::string_view what) : shown_(is_terminal(stderr)) {
    if (shown_) fmt::print(stderr, "laminate: {} ...", what);
}

progress::~progress() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
}

} // namespace laminate::codegen::tool
