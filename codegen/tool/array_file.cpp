// SPDX-License-Identifier: MIT
#include "array_file.hpp"

#include <laminate/model/file.hpp>

#include <algorithm>

#include "../onnx/tensor.hpp"
#include "npy.hpp"

namespace laminate::codegen::tool {

namespace {

constexpr std::size_t max_array_file = std::size_t{1} << 31;

template <class Extent>
std::string text_of(const std::vector<Extent>& shape) {
    std::string text = "[";
    for (const Extent extent : shape)
        text += sentence(text.size() == 1 ? "" : ", ", extent);
    return text + "]";
}

// Whether the shape ends in extents whose product is `size`.
bool ends_in(const std::vector<std::int64_t>& shape, std::size_t size) {
    std::size_t product = 1;
    for (std::size_t axis = shape.size(); product != size && axis-- > 0;)
        product *= static_cast<std::size_t>(shape[axis]);
    return product == size;
}

} // namespace

std::string shape_text(const std::vector<std::size_t>& shape) { return text_of(shape); }
std::string shape_text(const std::vector<std::int64_t>& shape) { return text_of(shape); }

onnx::array read_array(const std::string& path) {
    const std::string bytes = read_file(path, max_array_file).value();
    if (bytes.starts_with("\x93NUMPY")) return parse_npy(bytes, path).value();
    if (path.ends_with(".pb")) return onnx::parse_tensor(bytes, path).value();
    raise(error{sentence(path, ": expected an array as .npy (numpy.save) or .pb (an ONNX "
                               "TensorProto), found neither. Save it with numpy.save")});
}

rows read_rows(const std::string& path, std::size_t size, const std::vector<std::size_t>& shape,
               const std::string& what) {
    onnx::array read = read_array(path);
    if (read.numbers.empty() || !ends_in(read.shape, size))
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
