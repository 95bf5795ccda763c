// SPDX-License-Identifier: MIT
#include "tensor.hpp"

#include "external.hpp"
#include "message.hpp"

#include <laminate/file/half.hpp>

#include <bit>
#include <type_traits>

namespace laminate::codegen::onnx {
namespace {

dims shape_of_tensor(const message::TensorProto& tensor, const budget& spent,
                     const std::string& where) {
    if (static_cast<std::size_t>(tensor.dims_size()) > spent.most().rank)
        refuse(where, ": expected a rank of at most ", spent.most().rank, ", found ",
               tensor.dims_size());
    dims shape;
    for (std::int64_t extent : tensor.dims()) {
        if (extent < 0) refuse(where, ": expected extents of 0 and more, found ", extent);
        shape.push_back(static_cast<std::size_t>(extent));
    }
    return shape;
}

// Little-endian bytes, as ONNX has them on every machine.
template <class Bits>
Bits bits_at(const std::string& bytes, std::size_t i) {
    std::make_unsigned_t<Bits> bits = 0;
    for (std::size_t b = 0; b < sizeof(Bits); ++b)
        bits = static_cast<std::make_unsigned_t<Bits>>(
            bits |
            static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i * sizeof(Bits) + b]))
                << (8 * b));
    return static_cast<Bits>(bits);
}

double raw_number(const std::string& bytes, std::size_t i, element type) {
    switch (type) {
    case element::float32:
        return static_cast<double>(std::bit_cast<float>(bits_at<std::uint32_t>(bytes, i)));
    case element::float64:
        return std::bit_cast<double>(bits_at<std::uint64_t>(bytes, i));
    case element::float16:
        return static_cast<double>(float_from_half(bits_at<std::uint16_t>(bytes, i)));
    case element::bfloat16:
        return static_cast<double>(float_from_bfloat16(bits_at<std::uint16_t>(bytes, i)));
    case element::uint8:
        return static_cast<double>(bits_at<std::uint8_t>(bytes, i));
    case element::boolean:
        return bits_at<std::uint8_t>(bytes, i) != 0 ? 1.0 : 0.0;
    case element::int8:
        return static_cast<double>(bits_at<std::int8_t>(bytes, i));
    case element::uint16:
        return static_cast<double>(bits_at<std::uint16_t>(bytes, i));
    case element::int16:
        return static_cast<double>(bits_at<std::int16_t>(bytes, i));
    case element::uint32:
        return static_cast<double>(bits_at<std::uint32_t>(bytes, i));
    case element::int32:
        return static_cast<double>(bits_at<std::int32_t>(bytes, i));
    case element::uint64:
        return static_cast<double>(bits_at<std::uint64_t>(bytes, i));
    default:
        return static_cast<double>(bits_at<std::int64_t>(bytes, i));
    }
}

// int32_data holds narrow types, and the bits of 16-bit floats.
double from_int32(std::int32_t number, element type) {
    switch (type) {
    case element::float16:
        return static_cast<double>(float_from_half(static_cast<std::uint16_t>(number)));
    case element::bfloat16:
        return static_cast<double>(float_from_bfloat16(static_cast<std::uint16_t>(number)));
    default:
        return converted(static_cast<double>(number), type);
    }
}

template <class Numbers, class Convert>
std::vector<double> typed_numbers(const Numbers& numbers, std::size_t size, const char* field,
                                  const std::string& where, Convert convert) {
    if (static_cast<std::size_t>(numbers.size()) != size)
        refuse(where, ": expected ", size, " numbers in ", field, ", found ", numbers.size());
    std::vector<double> found;
    found.reserve(size);
    for (auto number : numbers)
        found.push_back(convert(number));
    return found;
}

std::vector<double> typed(const message::TensorProto& t, element type, std::size_t size,
                          const std::string& where) {
    const auto plain = [](auto number) { return static_cast<double>(number); };
    switch (type) {
    case element::float32:
        return typed_numbers(t.float_data(), size, "float_data", where, plain);
    case element::float64:
        return typed_numbers(t.double_data(), size, "double_data", where, plain);
    case element::int64:
        return typed_numbers(t.int64_data(), size, "int64_data", where, plain);
    case element::uint32:
    case element::uint64:
        return typed_numbers(t.uint64_data(), size, "uint64_data", where, plain);
    default:
        return typed_numbers(t.int32_data(), size, "int32_data", where,
                             [type](std::int32_t n) { return from_int32(n, type); });
    }
}

std::vector<double> raw(const std::string& bytes, element type, std::size_t size,
                        const std::string& where) {
    if (bytes.size() / bytes_of(type) != size || bytes.size() % bytes_of(type) != 0)
        refuse(where, ": expected ", size, " numbers of ", bytes_of(type), " bytes, found ",
               bytes.size(), " bytes. Is the file damaged?");
    std::vector<double> found(size);
    for (std::size_t i = 0; i < size; ++i)
        found[i] = raw_number(bytes, i, type);
    return found;
}

} // namespace

constant tensor_reader::read(const message::TensorProto& tensor, const std::string& where) const {
    const auto type = static_cast<element>(tensor.data_type());
    if (bytes_of(type) == 0)
        refuse(where,
               ": expected numbers of a type that is read (FLOAT, DOUBLE, FLOAT16, "
               "BFLOAT16, integers, BOOL), found ",
               name(type));
    if (tensor.has_segment()) refuse(where, ": its data is in segments, which isn't supported");
    dims shape = shape_of_tensor(tensor, spent_, where);
    const std::size_t size = count(shape);
    const bool elsewhere = tensor.data_location() == message::TensorProto::EXTERNAL;
    if (elsewhere && folder_.empty())
        refuse(where, ": its data is external, and a model in memory has no folder");
    // What isn't there must not be paid for; an external file is measured before it is read.
    const std::size_t most = static_cast<std::size_t>(-1) / 16;
    if (size > most) refuse(where, ": the shape ", text(shape), " has too many elements");
    spent_.spend_elements(size);
    std::vector<double> numbers;
    if (elsewhere)
        numbers = raw(external(tensor, size * bytes_of(type), where), type, size, where);
    else if (tensor.has_raw_data())
        numbers = raw(tensor.raw_data(), type, size, where);
    else
        numbers = typed(tensor, type, size, where);
    return make_constant(std::move(shape), type, std::move(numbers));
}

result<array> parse_tensor(std::string_view bytes, const std::string& name) {
    try {
        const limits most;
        message::TensorProto tensor;
        if (bytes.size() > most.file_bytes ||
            !tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
            refuse(name, ": its bytes aren't the protobuf message of a tensor");
        budget spent(most);
        const constant read = tensor_reader("", spent).read(tensor, name);
        return array{{read.shape.begin(), read.shape.end()}, *read.numbers, is_whole(read.type)};
    } catch (const refusal& why) {
        return error{why.what()};
    }
}

std::string tensor_reader::external(const message::TensorProto& tensor, std::size_t bytes,
                                    const std::string& where) const {
    external_data data;
    for (const auto& entry : tensor.external_data()) {
        if (entry.key() == "location") data.location = entry.value();
        if (entry.key() == "offset") data.offset = entry.value();
        if (entry.key() == "length") data.length = entry.value();
    }
    return read_external(folder_, data, bytes, where);
}

} // namespace laminate::codegen::onnx
