// SPDX-License-Identifier: MIT
#pragma once

// Reads NumPy's NPY files of one element type. Needs format 1.0, C order and little endian, as
// tests/corpus/convert.py writes them. Promises the numbers, or an exception that names the file.

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <laminate/file/whole_file.hpp>

namespace laminate::test {

// NumPy's name of a type: byte order, kind, bytes.
template <class T>
inline constexpr const char* npy_type = nullptr;
template <>
inline constexpr const char* npy_type<float> = "'<f4'";
template <>
inline constexpr const char* npy_type<double> = "'<f8'";
template <>
inline constexpr const char* npy_type<unsigned char> = "'|u1'";

// All elements, row by row.
template <class T>
std::vector<T> read_npy(const std::string& path) {
    const auto fail = [&](const std::string& what) {
        throw std::runtime_error(path + ": " + what);
    };
    const std::string bytes = read_file(path, std::size_t{1} << 30).value();
    constexpr std::size_t fixed = 10; // magic, version, length of the header
    if (bytes.size() < fixed || bytes.compare(0, 8, "\x93NUMPY\1\0", 8) != 0) fail("not NPY 1.0");
    const std::size_t length = static_cast<unsigned char>(bytes[8]) +
                               std::size_t{256} * static_cast<unsigned char>(bytes[9]);
    const std::string header = bytes.substr(fixed, length);
    if (header.find(npy_type<T>) == std::string::npos)
        fail(std::string("expected the type ") + npy_type<T> + ", found " + header);
    if (header.find("'fortran_order': False") == std::string::npos) fail("not in C order");

    const std::size_t begin = fixed + header.size();
    std::vector<T> values((bytes.size() - begin) / sizeof(T));
    std::memcpy(values.data(), bytes.data() + begin, values.size() * sizeof(T));
    return values;
}

} // namespace laminate::test
