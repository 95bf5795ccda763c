// SPDX-License-Identifier: MIT
// Where, of constants; by a constant, which is a choice of elements; else by what flows, where a
// choice that is -0 everywhere, which an export writes, needs none.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <cmath>

namespace laminate::codegen::onnx::rules {

namespace {

value chosen_by(const call& c, const constant& condition) {
    const dims out = broadcast(broadcast(condition.shape, c.shape(1)), c.shape(2));
    const value by = expanded(c, condition, out);
    const value both[] = {expanded(c, c.in(1), out), expanded(c, c.in(2), out)};
    std::vector<origin> origins;
    for (std::size_t i = 0; i < count(out); ++i)
        origins.push_back({std::get<constant>(by)[i] != 0.0 ? 0u : 1u, i});
    const flow* const yes = std::get_if<flow>(&both[0]);
    const flow* const no = std::get_if<flow>(&both[1]);
    flow like{out, type_of(c.in(1)), 0, {}, yes != nullptr ? yes->batch : no->batch};
    if (yes != nullptr && no != nullptr && yes->batch != no->batch) like.batch = no_axis;
    return gathered(c, {&both[0], &both[1]}, origins, std::move(like));
}

} // namespace

namespace {

bool is_nothing(const call& c, std::size_t i) {
    const constant* const k = c.constant_at(i);
    return k != nullptr && k->size() == 1 && (*k)[0] == 0.0 && std::signbit((*k)[0]);
}

value kept(const call& c, ir::op kind, std::size_t i) {
    const dims out = broadcast(broadcast(c.shape(0), c.shape(1)), c.shape(2));
    const value by = expanded(c, c.in(0), out), of = expanded(c, c.in(i), out);
    flow y = c.network().binary(kind, std::get<flow>(by), std::get<flow>(of));
    y.type = type_of(of);
    return y;
}

} // namespace

void where(call& c) {
    expect_one_type(c, 1);
    if (c.flow_at(0) != nullptr && c.flow_at(1) != nullptr && is_nothing(c, 2))
        return c.set(kept(c, ir::op::when, 1));
    if (c.flow_at(0) != nullptr && c.flow_at(2) != nullptr && is_nothing(c, 1))
        return c.set(kept(c, ir::op::unless, 2));
    if (const constant* const condition = c.constant_at(0);
        condition != nullptr && !c.all_constant() && condition->size() > 1)
        return c.set(chosen_by(c, *condition));
    if (!c.all_constant())
        return c.set(combined(c, step::choose, {c.in(0), c.in(1), c.in(2)}, type_of(c.in(1))));
    const char* const what = "the condition and both choices";
    const constant& yes = c.known(1, what);
    const constant& no = c.known(2, what);
    const dims out = broadcast(broadcast(c.known(0, what).shape, yes.shape), no.shape);
    const value condition = expanded(c, c.in(0), out);
    const value first = expanded(c, yes, out);
    const value second = expanded(c, no, out);
    std::vector<double> numbers;
    std::vector<bool> from_batch;
    for (std::size_t i = 0; i < count(out); ++i) {
        const bool is_first = std::get<constant>(condition)[i] != 0.0;
        const constant& from = std::get<constant>(is_first ? first : second);
        numbers.push_back(from[i]);
        from_batch.push_back(!from.from_batch.empty() && from.from_batch[i]);
    }
    constant y = make_constant(out, yes.type, std::move(numbers));
    y.from_batch = std::move(from_batch);
    c.set(std::move(y));
}

} // namespace laminate::codegen::onnx::rules
