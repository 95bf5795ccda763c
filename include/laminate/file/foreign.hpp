// SPDX-License-Identifier: MIT
#pragma once

// What a file is that was taken for another: what people have in hand where parameters or a model
// are expected.

#include <string_view>

#include "../base/compiler.hpp"
#include "../base/standard.hpp"

namespace laminate::inline LAMINATE_ISA::detail {

// By its first bytes; empty if they are none of these formats'.
inline std::string_view foreign_format(std::string_view bytes) {
    struct signature {
        std::string_view start, name;
    };
    constexpr signature known[] = {
        {"PK\x03\x04", "a zip archive, as torch.save (.pt, .pth) and Keras (.keras) write"},
        {"\x89HDF", "an HDF5 file, as Keras (.h5) writes"},
        {"\x93NUMPY", "a NumPy array"},
        {"\x80\x02", "a Python pickle, as older torch.save writes"},
        {"\x80\x03", "a Python pickle"},
        {"\x80\x04", "a Python pickle"},
        {"\x80\x05", "a Python pickle"},
        {"GGUF", "a GGUF file"},
        {"version https://git-lfs", "a Git LFS pointer; fetch the file itself with `git lfs pull`"},
    };
    for (const signature& s : known) {
        if (bytes.starts_with(s.start)) return s.name;
    }
    return {};
}

} // namespace laminate::inline LAMINATE_ISA::detail
