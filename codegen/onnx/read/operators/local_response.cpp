// SPDX-License-Identifier: MIT
// LRN: x / (bias + alpha / size * the sum of the squares of neighbouring channels)^beta. The sums
// are a dense layer at each position, whose weights are a band.
#include "arithmetic.hpp"
#include "elementwise.hpp"
#include "rules.hpp"

#include <algorithm>
#include <cmath>

namespace laminate::codegen::onnx::rules {
namespace {

// Channels behind each position, or back: [batch, positions, channels].
flow turned_to(const flow& x, std::size_t count, std::size_t inner, std::size_t outer, dims shape) {
    const auto step = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    const selection all(0, {{count, step(inner * outer)}, {inner, 1}, {outer, step(inner)}});
    return std::get<flow>(pick(x, std::move(shape), all, x.batch));
}

// The roots that most files want are steps of a few cycles, powers of many.
value to_beta(const call& c, const flow& x, double beta) {
    builder& network = c.network();
    const ir::node root = node_of(ir::op::sqrt);
    if (beta == 1.0) return x;
    if (beta == 0.5) return network.elementwise(x, root);
    if (beta != 0.75)
        return combined(c, step::power, {x, make_constant({}, x.type, {beta})}, x.type);
    const flow half = network.elementwise(x, root);
    return combined(c, step::multiply, {half, network.elementwise(half, root)}, x.type);
}

} // namespace

void local_response(call& c) {
    expect_real(c);
    const dims& shape = c.shape(0);
    const flow* const given = c.flow_at(0);
    if (given == nullptr) refuse("goes over a map of constants only; expected one that flows");
    if (shape.size() < 2 || count(shape) == 0)
        refuse("expected [batch, channels, ...] of one element or more, found ", text(shape));
    if (given->batch != no_axis && given->batch != 0)
        refuse("mixes the rows of the batch, its axis ", given->batch,
               ". Export it with the batch in front, or fix the batch: --batch <rows>");
    const std::int64_t size = c.integer("size", 0);
    const double alpha = c.number("alpha", static_cast<double>(1e-4f));
    const double beta = c.number("beta", 0.75);
    const double bias = c.number("bias", 1.0);
    if (size < 1) refuse("expected a size of 1 or more, found ", size);
    for (const double k : {alpha, beta, bias})
        if (!std::isfinite(k)) refuse("expected finite numbers, found ", std::to_string(k));
    const std::size_t channels = shape[1];
    const std::size_t positions = count(shape) / (shape[0] * channels);
    c.spent().spend_matrix(channels, channels);
    std::vector<double> band(channels * channels); // [of the square, of the sum]
    const auto reach = static_cast<std::size_t>(size - 1);
    for (std::size_t at = 0; at < channels; ++at) {
        const std::size_t first = at - std::min(at, reach / 2);
        const std::size_t end = std::min(channels - 1, at + std::min(channels, reach - reach / 2));
        for (std::size_t k = first; k <= end; ++k)
            band[k * channels + at] = alpha / static_cast<double>(size);
    }
    const flow x =
        turned_to(*given, shape[0], positions, channels, {shape[0], positions, channels});
    const flow squares = c.network().elementwise(x, node_of(ir::op::square));
    const value sums =
        matrix_product(c, squares, make_constant({channels, channels}, x.type, std::move(band)));
    const value below = scaled_and_shifted(c, sums, make_constant({}, x.type, {1.0}),
                                           make_constant({}, x.type, {bias}));
    const value y = combined(c, step::divide, {x, to_beta(c, std::get<flow>(below), beta)}, x.type);
    c.set(turned_to(std::get<flow>(y), shape[0], channels, positions, shape));
}

} // namespace laminate::codegen::onnx::rules
