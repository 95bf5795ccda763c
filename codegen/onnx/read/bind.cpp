// SPDX-License-Identifier: MIT
#include "bind.hpp"

#include "message.hpp"
#include "refusal.hpp"

#include <algorithm>

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

input_shape bind_input(const message::GraphProto& graph, const std::string& name,
                       const import_options& options) {
    const message::TypeProto_Tensor& type = declared(graph, name);
    input_shape in;
    in.name = name;
    in.type = static_cast<element>(type.elem_type());
    if (!is_real(in.type) && !is_whole(in.type))
        refuse("input ", quote(name), ": expected numbers, found ", onnx::name(in.type),
               ". Bind it to a constant if it is one");
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

bool is_same_leading(const message::GraphProto& graph, const std::string& a, const std::string& b) {
    const message::TypeProto_Tensor& x = declared(graph, a);
    const message::TypeProto_Tensor& y = declared(graph, b);
    return x.shape().dim_size() > 0 && y.shape().dim_size() > 0 &&
           x.shape().dim(0).dim_value() == y.shape().dim(0).dim_value();
}

bool has_free_leading(const message::GraphProto& graph, const std::string& name) {
    const message::TypeProto_Tensor& type = declared(graph, name);
    return type.shape().dim_size() > 0 &&
           (!type.shape().dim(0).has_dim_value() || type.shape().dim(0).dim_value() < 1);
}

} // namespace

// A batch that is set is the leading extent of the first input, and of all others where it is free
// or the same.
std::vector<input_shape> bind_inputs(const message::GraphProto& graph,
                                     const std::vector<std::string>& names,
                                     const import_options& options) {
    import_options without_batch = options;
    without_batch.batch.reset();
    std::vector<input_shape> all;
    for (const std::string& name : names) {
        const bool has_batch = name == names.front() || has_free_leading(graph, name) ||
                               is_same_leading(graph, name, names.front());
        all.push_back(bind_input(graph, name, has_batch ? options : without_batch));
    }
    const auto symbolic =
        std::find_if(all.begin(), all.end(), [](const input_shape& in) { return in.is_symbolic; });
    const auto other =
        std::find_if(all.begin(), all.end(), [](const input_shape& in) { return !in.is_symbolic; });
    if (symbolic != all.end() && other != all.end())
        refuse("expected the free batch ", quote(symbolic->leading), " of input ",
               quote(symbolic->name), " as the leading extent of all inputs, found ",
               other->shape.empty() ? "none" : other->leading, " of ", quote(other->name),
               ". Fix it: --batch 1, or bind ", quote(other->name), " to a constant");
    if (std::any_of(all.begin(), all.end(),
                    [](const input_shape& in) { return in.batch == no_axis; }))
        for (input_shape& in : all)
            in.batch = no_axis;
    return all;
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
