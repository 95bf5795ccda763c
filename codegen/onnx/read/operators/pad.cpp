// SPDX-License-Identifier: MIT
// Pad in all modes: elements of the value and one number around it; negative pads cut.
#include "arithmetic.hpp"
#include "rules.hpp"

#include <algorithm>

namespace laminate::codegen::onnx::rules {
namespace {

// How many elements an axis gets at both ends.
struct margin {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::vector<margin> margins_of(const call& c, std::size_t rank) {
    const auto given = c.integers_by_opset("pads", 1, 11);
    if (!given) refuse("expected pads, found none");
    integers axes;
    if (c.opset() >= 18 && c.has(3)) axes = c.known_integers(3, "axes");
    if (c.opset() < 18 || !c.has(3))
        for (std::size_t axis = 0; axis < rank; ++axis)
            axes.push_back(static_cast<std::int64_t>(axis));
    (void)axes_of(axes, rank);
    if (given->size() != 2 * axes.size())
        refuse("expected two pads for each of ", axes.size(), " axes, found ", given->size());
    std::vector<margin> margins(rank);
    for (std::size_t i = 0; i < axes.size(); ++i)
        margins[axis_of(axes[i], rank)] = {(*given)[i], (*given)[axes.size() + i]};
    return margins;
}

constant filling(const call& c) {
    if (c.opset() < 11) return make_constant({1}, type_of(c.in(0)), {c.number("value", 0.0)});
    if (!c.has(2)) return make_constant({1}, type_of(c.in(0)), {0.0});
    const constant& k = c.known(2, "the constant value");
    if (k.size() != 1) refuse("expected one number to pad with, found ", k.size());
    return make_constant({1}, k.type, {k[0]});
}

// Where the element at `at` comes from, which may lie outside; none: it is the number.
std::optional<std::size_t> source(std::int64_t at, std::int64_t extent, const std::string& mode) {
    if (at >= 0 && at < extent) return static_cast<std::size_t>(at);
    if (mode == "constant" || extent == 0) return std::nullopt;
    if (mode == "edge") return static_cast<std::size_t>(at < 0 ? 0 : extent - 1);
    const std::int64_t period = mode == "wrap" ? extent : std::max<std::int64_t>(2 * extent - 2, 1);
    const std::int64_t within = (at % period + period) % period;
    return static_cast<std::size_t>(within < extent ? within : period - within);
}

using axis_sources = std::vector<std::optional<std::size_t>>;

axis_sources sources_of(const margin& m, std::size_t extent, const std::string& mode,
                        std::size_t most) {
    const auto whole = static_cast<std::int64_t>(extent);
    const auto limit = static_cast<std::int64_t>(most);
    if (std::max(m.begin, m.end) > limit || std::min(m.begin, m.end) < -limit)
        refuse("expected pads of at most ", limit, ", found ", m.begin, " and ", m.end);
    axis_sources sources;
    for (std::int64_t at = -m.begin; at < whole + m.end; ++at)
        sources.push_back(source(at, whole, mode));
    return sources;
}

// Each element's origin, axis by axis from the outermost; of value 1 the only one.
std::vector<origin> origins_of(const std::vector<axis_sources>& axes, const dims& from) {
    const dims apart = strides(from);
    std::vector<origin> all = {{0, 0}};
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
        std::vector<origin> next;
        for (const origin& o : all)
            for (const std::optional<std::size_t>& s : axes[axis])
                next.push_back(o.of == 1 || !s ? origin{1, 0}
                                               : origin{0, o.element + *s * apart[axis]});
        all = std::move(next);
    }
    return all;
}

} // namespace

void pad(call& c) {
    const dims& from = c.shape(0);
    const std::string mode = c.text("mode", "constant");
    if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
        refuse("expected mode 'constant', 'reflect', 'edge' or 'wrap', found ", quote(mode));
    const std::vector<margin> margins = margins_of(c, from.size());
    const constant number = filling(c);
    const flow* const x = c.flow_at(0);
    std::size_t batch = x != nullptr ? x->batch : no_axis;
    std::vector<axis_sources> axes;
    dims shape;
    for (std::size_t axis = 0; axis < from.size(); ++axis) {
        const margin& m = margins[axis];
        axes.push_back(sources_of(m, from[axis], mode, c.spent().most().row));
        shape.push_back(axes.back().size());
        if (axis == batch && (m.begin != 0 || m.end != 0)) batch = no_axis;
    }
    c.allow(shape);
    const std::vector<origin> origins = origins_of(axes, from);
    if (x != nullptr) {
        const value fill = number;
        return c.set(gathered(c, {&c.in(0), &fill}, origins, {shape, x->type, 0, {}, batch}));
    }
    const constant& k = c.known(0, "data");
    std::vector<double> numbers;
    for (const origin& o : origins)
        numbers.push_back(o.of == 0 ? k[o.element] : number[0]);
    c.set(make_constant(std::move(shape), k.type, std::move(numbers)));
}

} // namespace laminate::codegen::onnx::rules
