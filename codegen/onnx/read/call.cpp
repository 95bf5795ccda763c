// SPDX-License-Identifier: MIT
#include "call.hpp"

#include "message.hpp"

#include <algorithm>
#include <limits>

namespace laminate::codegen::onnx {
namespace {

std::int64_t whole(double number) {
    if (number >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
    if (number <= -0x1p63) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(number);
}

} // namespace

std::string operator_of(const message::NodeProto& node) {
    const std::string type = legible(node.op_type());
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    return standard ? type : sentence(legible(node.domain()), ".", type);
}

std::string describe(const message::NodeProto& node) {
    const std::string text = operator_of(node);
    if (!node.name().empty()) return sentence(text, " ", quote(node.name()));
    return node.output_size() == 0 ? text : sentence(text, " of ", quote(node.output(0)));
}

call::call(const message::NodeProto& node, std::int64_t opset, std::vector<const value*> inputs,
           builder& network, const tensor_reader& tensors)
    : node_(node),
      opset_(opset),
      inputs_(std::move(inputs)),
      network_(network),
      tensors_(tensors),
      results_(static_cast<std::size_t>(node.output_size())) {}

const std::string& call::name() const { return node_.op_type(); }

const std::string& call::input_name(std::size_t i) const {
    return node_.input(static_cast<int>(i));
}

const value& call::in(std::size_t i) const {
    if (!has(i)) refuse("expected an input ", i, ", found ", inputs_.size(), " inputs");
    return *inputs_[i];
}

bool call::all_constant() const {
    return std::all_of(inputs_.begin(), inputs_.end(), [](const value* v) {
        return v == nullptr || std::holds_alternative<constant>(*v);
    });
}

const constant& call::known(std::size_t i, const char* what) const {
    const constant* const c = constant_at(i);
    if (c == nullptr)
        refuse("expected ", what, " as a constant, found one that depends on the network's input");
    return *c;
}

integers call::known_integers(std::size_t i, const char* what) const {
    const constant& c = known(i, what);
    if (!is_whole(c.type) || c.shape.size() > 1)
        refuse("expected ", what, " as a list of integers, found ", onnx::name(c.type),
               " of shape ", onnx::text(c.shape));
    integers found;
    for (double number : *c.numbers)
        found.push_back(whole(number));
    return found;
}

const message::AttributeProto* call::find(const char* attribute, int type) const {
    asked_.emplace_back(attribute);
    for (const auto& a : node_.attribute()) {
        if (a.name() != attribute) continue;
        if (a.type() != type)
            refuse("attribute '", attribute, "' has an unexpected type (",
                   static_cast<int>(a.type()), " instead of ", type, ")");
        return &a;
    }
    return nullptr;
}

bool call::has_attribute(const char* attribute) const {
    return std::any_of(node_.attribute().begin(), node_.attribute().end(),
                       [attribute](const auto& a) { return a.name() == attribute; });
}

double call::number(const char* attribute, double otherwise) const {
    const auto* const a = find(attribute, message::AttributeProto::FLOAT);
    return a != nullptr ? static_cast<double>(a->f()) : otherwise;
}

std::int64_t call::integer(const char* attribute, std::int64_t otherwise) const {
    const auto* const a = find(attribute, message::AttributeProto::INT);
    return a != nullptr ? a->i() : otherwise;
}

std::string call::text(const char* attribute, const char* otherwise) const {
    const auto* const a = find(attribute, message::AttributeProto::STRING);
    return a != nullptr ? a->s() : otherwise;
}

std::optional<integers> call::integer_list(const char* attribute) const {
    const auto* const a = find(attribute, message::AttributeProto::INTS);
    if (a == nullptr) return std::nullopt;
    return integers(a->ints().begin(), a->ints().end());
}

std::optional<std::vector<double>> call::number_list(const char* attribute) const {
    const auto* const a = find(attribute, message::AttributeProto::FLOATS);
    if (a == nullptr) return std::nullopt;
    return std::vector<double>(a->floats().begin(), a->floats().end());
}

std::optional<constant> call::tensor(const char* attribute) const {
    const auto* const a = find(attribute, message::AttributeProto::TENSOR);
    if (a == nullptr) return std::nullopt;
    return tensors_.read(a->t(), sentence("attribute '", attribute, "'"));
}

std::optional<integers> call::integers_by_opset(const char* attribute, std::size_t i,
                                                std::int64_t until) const {
    if (opset_ < until) return integer_list(attribute);
    if (!has(i)) return std::nullopt;
    return known_integers(i, attribute);
}

bool call::wants(std::size_t i) const {
    return i < outputs() && !node_.output(static_cast<int>(i)).empty();
}

void call::set(value v, std::size_t i) {
    if (i < results_.size()) results_[i] = std::move(v);
}

void call::expect_room(const dims& shape) const {
    if (shape.size() > spent().most().rank)
        refuse("expected a rank of at most ", spent().most().rank, ", found ", shape.size());
    spent().expect_room(count(shape));
}

void call::allow(const dims& shape) const {
    expect_room(shape);
    spent().spend_elements(count(shape));
}

void call::allow_work(std::size_t a, std::size_t b, std::size_t c) const {
    spent().spend_work(a, b, c);
}

value call::picked(const value& from, dims shape, const selection& sources,
                   std::size_t batch) const {
    const std::size_t elements = count(shape);
    expect_room(shape);
    if (std::holds_alternative<constant>(from)) spent().spend_elements(elements);
    value y = pick(from, std::move(shape), sources, batch);
    if (const flow* const x = std::get_if<flow>(&y); x != nullptr && x->units.strides() == nullptr)
        spent().spend_elements(elements);
    return y;
}

void call::move(dims shape, const integers& step, std::int64_t first, std::size_t batch,
                std::size_t i) {
    const selection sources = walk(shape, step, first);
    set(picked(in(0), std::move(shape), sources, batch), i);
}

void call::check_attributes() const {
    for (const auto& a : node_.attribute())
        if (std::find(asked_.begin(), asked_.end(), a.name()) == asked_.end())
            refuse("attribute ", quote(a.name()), " isn't known for this operator in opset ",
                   opset_);
}

} // namespace laminate::codegen::onnx
