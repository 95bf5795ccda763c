// SPDX-License-Identifier: MIT
#include "bind.hpp"

#include "message.hpp"
#include "refusal.hpp"

namespace laminate::codegen::onnx {
namespace {

const message::TypeProto_Tensor& declared(const message::GraphProto& graph,
                                          const std::string& name) {
    for (const auto& input : graph.input()) {
        if (input.name() != name) continue;
        if (!input.type().has_tensor_type())
            refuse("input ", quote(name),
                   ": expected a tensor, found a sequence, a map or nothing");
        return input.type().tensor_type();
    }
    refuse("expected an input named ", quote(name), ", found none of that name");
}

struct extent {
    std::int64_t value = -1; // -1: free
    std::string symbol;
};

extent extent_of(const message::TensorShapeProto_Dimension& d, const import_options& options,
                 const std::string& name, bool is_leading) {
    if (d.has_dim_value()) {
        // Some exporters write 0 or -1 for a batch, which --batch replaces.
        if (d.dim_value() < 1 && !(is_leading && options.batch))
            refuse("input ", quote(name), ": expected extents of 1 and more, found ", d.dim_value(),
                   is_leading ? ". Is it the batch? Fix it: --batch 1" : "");
        return {d.dim_value(), std::to_string(d.dim_value())};
    }
    const auto set = options.symbols.find(d.dim_param());
    if (d.dim_param().empty() || set == options.symbols.end()) return {-1, d.dim_param()};
    if (set->second < 1)
        refuse("expected ", quote(d.dim_param()), " to be 1 or more, found ", set->second);
    return {set->second, d.dim_param()};
}

std::size_t checked_row(const input_shape& in, const import_options& options,
                        const std::string& name) {
    const std::size_t size = count(in.shape);
    if (size > options.most.row)
        refuse("input ", quote(name), ": expected at most ", options.most.row,
               " numbers in a row, found shape ", text(in.shape));
    return size;
}

} // namespace

input_shape bind_input(const message::GraphProto& graph, const std::string& name,
                       const import_options& options) {
    const message::TypeProto_Tensor& type = declared(graph, name);
    input_shape in;
    in.type = static_cast<element>(type.elem_type());
    if (!is_real(in.type))
        refuse("input ", quote(name), ": expected floating-point numbers, found ",
               onnx::name(in.type), ". Bind it to a constant if it is one");
    if (!type.has_shape())
        refuse("input ", quote(name),
               ": expected a shape, found none. Export the model with static "
               "shapes");
    if (static_cast<std::size_t>(type.shape().dim_size()) > options.most.rank)
        refuse("input ", quote(name), ": expected a rank of at most ", options.most.rank,
               ", found ", type.shape().dim_size());
    if (options.batch && type.shape().dim_size() == 0)
        refuse("input ", quote(name),
               ": expected a leading extent to set the batch of, found a "
               "scalar");
    for (int axis = 0; axis < type.shape().dim_size(); ++axis) {
        extent e = extent_of(type.shape().dim(axis), options, name, axis == 0);
        if (!type.shape().dim(axis).dim_param().empty()) in.symbols.insert(e.symbol);
        if (axis == 0) {
            in.leading = e.symbol;
            in.is_symbolic = e.value == -1 && !options.batch;
            if (options.batch) e.value = *options.batch;
            if (options.batch && e.value < 1)
                refuse("expected a batch of 1 or more, found ", e.value);
            if (in.is_symbolic || e.value == 1) in.batch = 0;
            if (in.is_symbolic) e.value = 1;
        }
        if (e.value == -1)
            refuse("input ", quote(name), ": expected a known extent at axis ", axis, ", found ",
                   e.symbol.empty() ? "none" : quote(e.symbol),
                   e.symbol.empty() ? ". Export the model with static shapes"
                                    : ". Set it: --set " + e.symbol + "=<extent>");
        in.shape.push_back(static_cast<std::size_t>(e.value));
    }
    (void)checked_row(in, options, name);
    return in;
}

constant bind_constant(const message::GraphProto& graph, const std::string& name,
                       const array& given, budget& spent) {
    const message::TypeProto_Tensor& type = declared(graph, name);
    const auto to = static_cast<element>(type.elem_type());
    if (bytes_of(to) == 0)
        refuse("input ", quote(name), ": expected numbers, found ", onnx::name(to));
    dims shape;
    for (std::int64_t extent : given.shape)
        shape.push_back(static_cast<std::size_t>(extent));
    if (count(shape) != given.numbers.size())
        refuse("input ", quote(name), ": expected ", count(shape), " numbers for shape ",
               text(shape), ", found ", given.numbers.size());
    bool fits = !type.has_shape() || type.shape().dim_size() == static_cast<int>(shape.size());
    for (int axis = 0; fits && type.has_shape() && axis < type.shape().dim_size(); ++axis)
        fits = !type.shape().dim(axis).has_dim_value() ||
               type.shape().dim(axis).dim_value() == given.shape[static_cast<std::size_t>(axis)];
    if (!fits)
        refuse("input ", quote(name), ": the constant's shape ", text(shape),
               " is not the one that the model declares");
    spent.spend_elements(given.numbers.size());
    std::vector<double> numbers;
    for (double number : given.numbers)
        numbers.push_back(converted(number, to));
    return make_constant(std::move(shape), to, std::move(numbers));
}

} // namespace laminate::codegen::onnx
