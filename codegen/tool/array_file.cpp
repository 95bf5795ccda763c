// SPDX-License-Identifier: MIT
#include "array_file.hpp"

#include <laminate/file/npy.hpp>
#include <laminate/file/whole_file.hpp>

#include <algorithm>
#include <span>
#include <utility>

#include "../onnx/read/tensor.hpp"

namespace laminate::codegen::tool {

namespace {

template <class Extent>
std::string extents_text(const std::vector<Extent>& shape) {
    std::string text = "[";
    for (const Extent extent : shape)
        text += sentence(text.size() == 1 ? "" : ", ", extent);
    return text + "]";
}

template <class Extent>
std::vector<std::size_t> without_ones(std::span<const Extent> shape) {
    std::vector<std::size_t> extents;
    for (const Extent extent : shape)
        if (extent != 1) extents.push_back(static_cast<std::size_t>(extent));
    return extents;
}

// Whether the array's shape ends in that of a row, extents of 1 apart, or in `size` numbers.
bool ends_in(const std::vector<std::int64_t>& found, std::size_t size,
             const std::vector<std::size_t>& row) {
    std::size_t product = 1;
    std::size_t axis = found.size();
    while (product != size && axis > 0)
        product *= static_cast<std::size_t>(found[--axis]);
    if (product != size) return false;
    const auto end = without_ones(std::span(found).subspan(axis));
    return end.size() < 2 || end == without_ones(std::span<const std::size_t>(row));
}

} // namespace

std::string shape_text(const std::vector<std::size_t>& shape) { return extents_text(shape); }
std::string shape_text(const std::vector<std::int64_t>& shape) { return extents_text(shape); }

onnx::array array_of_npy(std::string_view bytes, std::string_view name) {
    double_array read = parse_npy_doubles(bytes, name).value();
    return {{read.shape.begin(), read.shape.end()}, std::move(read.values), read.whole};
}

onnx::array read_array(const std::string& path) {
    const std::string bytes = read_file(path, max_array_file).value();
    if (bytes.starts_with("\x93NUMPY")) return array_of_npy(bytes, path);
    if (path.ends_with(".pb")) return onnx::parse_tensor(bytes, path).value();
    raise(error{sentence(path, ": expected an array as .npy (numpy.save) or .pb (an ONNX "
                               "TensorProto), found neither. Save it with numpy.save")});
}

rows read_rows(const std::string& path, std::size_t size, const std::vector<std::size_t>& shape,
               const std::string& what) {
    onnx::array read = read_array(path);
    if (read.numbers.empty() || !ends_in(read.shape, size, shape))
        raise(
            error{sentence(path, ": expected rows of ", size, " numbers for ", what, " ",
                           shape_text(shape), ", found an array of shape ", shape_text(read.shape),
                           ". Give one row per sample: [samples, ", size, "]")});
    return {read.numbers.size() / size, std::move(read.numbers)};
}

std::vector<float> to_floats(const std::vector<double>& numbers) {
    std::vector<float> floats(numbers.size());
    std::transform(numbers.begin(), numbers.end(), floats.begin(),
                   [](double number) { return static_cast<float>(number); });
    return floats;
}

} // namespace laminate::codegen::tool
