// SPDX-License-Identifier: MIT
#include "object_code.hpp"

#include <laminate/file/whole_file.hpp>

#include <cstdint>
#include <string_view>

namespace laminate::codegen {

namespace {

// A little-endian number of so many bytes; 0 beyond the end.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    if (at > bytes.size() || bytes.size() - at < size) return 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

} // namespace

// The section headers (System V ABI, "Object Files"): where they begin, how large one is and how
// many there are stand in the file's header; of each, its flags at 8 and its size at 32.
std::optional<std::size_t> object_code(const std::string& path) {
    constexpr std::string_view elf_64_little = "\x7f"
                                               "ELF\x02\x01";
    constexpr std::uint64_t executable = 4;
    const result<std::string> bytes = read_file(path, std::size_t{1} << 32);
    if (!bytes || !bytes->starts_with(elf_64_little)) return std::nullopt;
    const std::uint64_t first = number(*bytes, 40, 8), size = number(*bytes, 58, 2),
                        count = number(*bytes, 60, 2);
    std::size_t code = 0;
    for (std::uint64_t i = 0; i < count; ++i)
        if ((number(*bytes, first + i * size + 8, 8) & executable) != 0)
            code += number(*bytes, first + i * size + 32, 8);
    return code;
}

} // namespace laminate::codegen
