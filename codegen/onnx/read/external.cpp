// SPDX-License-Identifier: MIT
#include "external.hpp"

#include "refusal.hpp"

#include <laminate/file/foreign.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>

namespace laminate::codegen::onnx {
namespace {

namespace fs = std::filesystem;

std::uint64_t number(const std::string& text, const char* what, std::uint64_t otherwise,
                     const std::string& where) {
    if (text.empty()) return otherwise;
    std::uint64_t found = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), found);
    if (wrong != std::errc() || end != text.data() + text.size())
        refuse(where, ": expected a number as the ", what, " of its external data, found ",
               quote(text));
    return found;
}

// Says what is wrong with a location, or nothing; links are looked at later.
const char* wrong_location(const fs::path& location) {
    if (location.empty()) return "is empty";
    if (location.is_absolute() || location.has_root_path()) return "is an absolute path";
    if (std::find(location.begin(), location.end(), fs::path("..")) != location.end())
        return "has '..' in it";
    return nullptr;
}

fs::path confined(const std::string& folder, const std::string& location,
                  const std::string& where) {
    if (location.find('\0') != std::string::npos || location.size() > 4096)
        refuse(where, ": its external data's location ", quote(location), " is no file name");
    if (const char* const wrong = wrong_location(location))
        refuse(where, ": its external data's location ", quote(location), " ", wrong,
               ". Expected a file in the model's folder");
    std::error_code failed;
    const fs::path inside = fs::canonical(folder.empty() ? "." : folder, failed);
    const fs::path file = failed ? fs::path() : fs::canonical(inside / location, failed);
    if (failed || !fs::is_regular_file(file, failed))
        refuse(where, ": expected its external data in the file ", quote(location),
               " beside the model, found no such file");
    const auto [end, rest] = std::mismatch(inside.begin(), inside.end(), file.begin(), file.end());
    if (end != inside.end())
        refuse(where, ": its external data's location ", quote(location),
               " is a link that leaves the model's folder");
    return file;
}

// Where the file isn't what it was.
std::string hint(std::ifstream& file) {
    std::string start(64, '\0');
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    const std::string_view other = detail::foreign_format(start);
    return other.empty() ? "" : sentence(", which looks like ", other);
}

} // namespace

std::string read_external(const std::string& folder, const external_data& data, std::size_t bytes,
                          const std::string& where) {
    const fs::path path = confined(folder, data.location, where);
    const std::uint64_t offset = number(data.offset, "offset", 0, where);
    const std::uint64_t length = number(data.length, "length", bytes, where);
    std::error_code failed;
    const std::uint64_t size = fs::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (failed || offset > size || length > size - offset)
        refuse(where, ": expected ", length, " bytes from byte ", offset, " of ",
               quote(data.location), ", found a file of ", failed ? 0 : size, " bytes", hint(file));
    if (length != bytes)
        refuse(where, ": expected ", bytes,
               " bytes of external data by its shape, found a length of ", length);
    std::string read(bytes, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    if (!file.read(read.data(), static_cast<std::streamsize>(bytes)))
        refuse(where, ": its external data in ", quote(data.location), " can't be read");
    return read;
}

} // namespace laminate::codegen::onnx
