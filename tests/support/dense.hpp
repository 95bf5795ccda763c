// SPDX-License-Identifier: MIT
#pragma once

// Dense layers to try the kernel with, and the order of operations that it promises, spelled out on
// plain floats. Needs the kernel. Promises buffers exactly as long as the kernel may touch.

#include "buffer.hpp"
#include "catch.hpp"
#include "compare.hpp"
#include "packs.hpp"
#include "random.hpp"

#include <laminate/ir/place.hpp>
#include <laminate/kernel/forward/chain.hpp>
#include <laminate/kernel/forward/dense.hpp>
#include <laminate/kernel/forward/relu.hpp>

#include <array>
#include <cmath>
#include <initializer_list>
#include <vector>

namespace laminate::test {

namespace lam = laminate;

struct problem {
    std::size_t inputs;
    std::size_t outputs;
    std::size_t chains;
    std::vector<float> weights; // [output][input]
    std::vector<float> bias;
};

inline problem make_problem(std::size_t inputs, std::size_t outputs, std::size_t chains) {
    problem p{inputs, outputs, chains, std::vector<float>(inputs * outputs),
              std::vector<float>(outputs)};
    lam::test::fill(p.weights, inputs * 1000 + outputs);
    lam::test::fill(p.bias, inputs + outputs * 1000);
    return p;
}

// The contract on bits, as kernel/forward/dense.hpp states it, without the epilogue.
inline float in_order(const problem& p, const float* x, std::size_t output) {
    std::array<float, 64> sum = {p.bias[output]};
    for (std::size_t i = 0; i < p.inputs; ++i)
        sum[i % p.chains] = std::fma(x[i], p.weights[output * p.inputs + i], sum[i % p.chains]);
    if (lam::is_narrow(p.inputs, p.outputs)) { // zeros up to a whole line
        const std::size_t group = lam::narrow_group(p.outputs);
        for (std::size_t i = p.inputs; i % group != 0; ++i)
            sum[i % p.chains] = std::fma(0.0f, 0.0f, sum[i % p.chains]);
    }
    for (std::size_t n = p.chains / 2; n > 0; n /= 2)
        for (std::size_t c = 0; c < n; ++c)
            sum[c] += sum[c + n];
    return sum[0];
}

// As weights and bias lie in memory, exactly as long as place.hpp says.
struct packed {
    tight_buffer weights;
    tight_buffer bias;

    packed(const problem& p, std::size_t panels)
        : weights(lam::weight_floats(p.inputs, p.outputs)), bias(lam::whole_lines(p.outputs)) {
        for (float& f : weights.span())
            f = 0.0f;
        for (float& f : bias.span())
            f = 0.0f;
        for (std::size_t o = 0; o < p.outputs; ++o) {
            bias[o] = p.bias[o];
            for (std::size_t i = 0; i < p.inputs; ++i)
                weights[lam::weight_position(p.inputs, p.outputs, panels, o, i)] =
                    p.weights[o * p.inputs + i];
        }
    }
};

// Runs `rows` rows; the number of outputs that are not max(in_order, 0). Every input whose number
// leaves no remainder when divided by one of `zeros` is zero.
template <class P, class Shape, std::size_t MaxRows>
std::size_t wrong_outputs(const problem& p, const packed& parameters, std::size_t rows,
                          std::initializer_list<std::size_t> zeros = {}) {
    const std::size_t y_stride = Shape::exact ? p.outputs : lam::whole_lines(p.outputs);
    const tight_buffer x(rows * p.inputs);
    lam::test::fill(x.span(), rows);
    for (const std::size_t step : zeros)
        for (std::size_t i = 0; i < x.span().size(); i += step)
            x[i] = i % 2 == 0 ? 0.0f : -0.0f;
    const guarded_buffer y(rows * y_stride);
    lam::kernel::dense<P, Shape, MaxRows>(x.data(), p.inputs, parameters.weights.data(),
                                          parameters.bias.data(), y.data(), y_stride, rows,
                                          lam::kernel::compose(lam::kernel::relu{}));
    std::size_t wrong = y.intact() ? 0 : 1;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t o = 0; o < p.outputs; ++o) {
            float sum = in_order(p, x.data() + r * p.inputs, o);
            if (Shape::skips_zeros) sum += 0.0f; // not -0
            if (!lam::test::same_bits(y[r * y_stride + o], 0.0f > sum ? 0.0f : sum)) ++wrong;
        }
    return wrong;
}

// A caller's rows out are exact; between layers they are padded.
template <class P, std::size_t Inputs, std::size_t Outputs, bool Exact = true, bool Far = false>
void check_shape() {
    INFO(Inputs << " inputs, " << Outputs << " outputs, " << P::lanes << " lanes");
    constexpr std::size_t panels = lam::ir::panels(Outputs);
    constexpr std::size_t chains = lam::ir::chains(Inputs, Outputs);
    using shape = lam::kernel::dense_shape<Inputs, Outputs, panels, chains, Exact, false, Far>;
    const problem p = make_problem(Inputs, Outputs, chains);
    const packed parameters(p, panels);
    std::size_t wrong = 0;
    for (std::size_t rows = 0; rows <= 30; ++rows)
        wrong += wrong_outputs<P, shape, 24>(p, parameters, rows);
    CHECK(wrong == 0);
}

// The kernel of a single row: every width of inputs and outputs, streamed from a farther cache too.
template <class P, std::size_t Inputs, std::size_t Outputs, bool Far = false>
void check_row() {
    INFO(Inputs << " inputs, " << Outputs << " outputs, " << P::lanes << " lanes");
    using shape = lam::kernel::dense_shape<Inputs, Outputs, lam::ir::panels(Outputs),
                                           lam::ir::chains(Inputs, Outputs), true, false, Far>;
    const problem p = make_problem(Inputs, Outputs, shape::chains);
    CHECK(wrong_outputs<P, shape, 1>(p, packed(p, shape::panels), 1) == 0);
}

} // namespace laminate::test
