// SPDX-License-Identifier: MIT
#pragma once

// The part of a generated source that every network shares: the text of the kernels, and of the
// pack under them. Needs the embedded texts. Promises the library's own code, with nothing changed
// but where it stands: inside an anonymous namespace and one named after the network, so that
// several networks, made by different versions, can be in one program, and even in one translation
// unit.

#include <set>
#include <string>
#include <string_view>

namespace laminate::codegen {

struct kernel_text {
    std::string includes; // of the standard library
    std::string body;
    std::string open_macros;  // sets aside macros of the same names
    std::string close_macros; // and gives them back
};

// The texts of `files` ("laminate/kernel/forward/dense.hpp") and of all they include, in an order
// in which they compile, but for those that stand `elsewhere`. Their namespace laminate becomes
// (anonymous)::<enclosing>::laminate. (Not inside the network's own namespace, whose names their
// parameters would then shadow.)
kernel_text collect_kernels(const std::set<std::string>& files, std::string_view enclosing,
                            const std::set<std::string>& elsewhere = {});

} // namespace laminate::codegen
