// SPDX-License-Identifier: MIT
// The dense kernel on every pack: every width from 1 to two registers and one, several panels, one
// to eight chains. Bits are compared with the order of operations that the kernel promises, spelled
// out on plain floats; that order with double.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/base/tile.hpp>
#include <laminate/ir/place.hpp>
#include <laminate/kernel/chain.hpp>
#include <laminate/kernel/dense.hpp>
#include <laminate/kernel/relu.hpp>

#include <array>
#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
using lam::test::guarded_buffer;
using lam::test::tight_buffer;

struct problem {
    std::size_t inputs;
    std::size_t outputs;
    std::size_t chains;
    std::vector<float> weights; // [output][input]
    std::vector<float> bias;
};

problem make_problem(std::size_t inputs, std::size_t outputs, std::size_t chains) {
    problem p{inputs, outputs, chains, std::vector<float>(inputs * outputs),
              std::vector<float>(outputs)};
    lam::test::fill(p.weights, inputs * 1000 + outputs);
    lam::test::fill(p.bias, inputs + outputs * 1000);
    return p;
}

// The contract on bits, as kernel/dense.hpp states it, without the epilogue.
float in_order(const problem& p, const float* x, std::size_t output) {
    std::array<float, 64> sum = {p.bias[output]};
    for (std::size_t i = 0; i < p.inputs; ++i)
        sum[i % p.chains] = std::fma(x[i], p.weights[output * p.inputs + i], sum[i % p.chains]);
    if (lam::is_narrow(p.inputs, p.outputs)) { // zeros up to a whole line
        const std::size_t in_line = lam::line_floats / lam::narrow_row(p.outputs);
        for (std::size_t i = p.inputs; i % in_line != 0; ++i)
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
template <class P, std::size_t Inputs, std::size_t Outputs, bool Exact = true>
void check_shape() {
    INFO(Inputs << " inputs, " << Outputs << " outputs, " << P::lanes << " lanes");
    constexpr std::size_t panels = lam::ir::panels(Outputs);
    constexpr std::size_t chains = lam::ir::chains(Inputs, Outputs);
    using shape = lam::kernel::dense_shape<Inputs, Outputs, panels, chains, Exact>;
    const problem p = make_problem(Inputs, Outputs, chains);
    const packed parameters(p, panels);
    std::size_t wrong = 0;
    for (std::size_t rows = 0; rows <= 30; ++rows)
        wrong += wrong_outputs<P, shape, 24>(p, parameters, rows);
    CHECK(wrong == 0);
}

// Every width up to two registers and one, of the inputs and of the outputs.
template <class P, std::size_t... I>
void check_widths(std::index_sequence<I...>) {
    constexpr std::size_t last = 2 * P::lanes + 1;
    (check_shape<P, I + 1, last - I>(), ...);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("dense: every width", "[dense]", lam::test::all_packs) {
    check_widths<TestType>(std::make_index_sequence<2 * TestType::lanes + 1>{});
}

// Narrow layers of many inputs are summed in chains: 8, 4 and 2 of them, and inputs left over.
TEMPLATE_LIST_TEST_CASE("dense: chains", "[dense]", lam::test::all_packs) {
    check_shape<TestType, 35, 10>();
    check_shape<TestType, 31, 16, false>();
    check_shape<TestType, 17, 33>();
}

// Outputs around one and two panels of 128, whole lines and not.
TEMPLATE_LIST_TEST_CASE("dense: panels", "[dense]", lam::test::all_packs) {
    check_shape<TestType, 5, 128>();
    check_shape<TestType, 5, 129>();
    check_shape<TestType, 3, 136>();
    check_shape<TestType, 3, 264, false>();
    check_shape<TestType, 70, 129>(); // more than the L1 cache holds, so larger tiles
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
TEMPLATE_LIST_TEST_CASE("dense: one row", "[dense]", lam::test::all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_row<TestType, I + 1, sizeof...(I) - I>(), ...);
    }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_row<TestType, 33, 7>();
    check_row<TestType, 9, 50>();
    check_row<TestType, 3, 136>();
    check_row<TestType, 70, 129, true>();
    check_row<TestType, 70, 40, true>();
}

// Up to eight outputs, whose weights share lines: 1 to 4 lines in flight, inputs that end anywhere.
TEMPLATE_LIST_TEST_CASE("dense: narrow", "[dense]", lam::test::all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_row<TestType, 5 * I + 3, I + 1>(), ...);
        (check_shape<TestType, 37 - I, I + 1, false>(), ...);
        (check_shape<TestType, 16 * (I + 1), I + 1>(), ...);
    }
    (std::make_index_sequence<8>{});
    check_row<TestType, 129, 1>();
    check_row<TestType, 100, 2>();
}

// The kernel that leaves out the weights of zero inputs gives the bits of those that don't: with no
// zeros, with a half, nine tenths and all of them, in two chains and in one.
TEMPLATE_LIST_TEST_CASE("dense: zeros are skipped", "[dense]", lam::test::all_packs) {
    const auto check = []<std::size_t Inputs, std::size_t Outputs, bool Far>() {
        constexpr std::size_t chains = lam::ir::chains(Inputs, Outputs);
        static_assert(chains <= 2, "more chains don't skip");
        using shape = lam::kernel::dense_shape<Inputs, Outputs, lam::ir::panels(Outputs), chains,
                                               true, true, Far>;
        problem p = make_problem(Inputs, Outputs, chains);
        p.bias[0] = -0.0f;
        for (std::size_t i = 0; i < Inputs; ++i)
            p.weights[i] = -p.weights[i] * 0x1p-120f; // products that vanish, as -0
        const packed parameters(p, shape::panels);
        using zeros = std::initializer_list<std::size_t>;
        for (const zeros& steps : {zeros{}, zeros{5}, zeros{2, 3}, zeros{2, 3, 5, 7}, zeros{1}}) {
            CHECK(wrong_outputs<TestType, shape, 1>(p, parameters, 1, steps) == 0);
            CHECK(wrong_outputs<TestType, shape, 24>(p, parameters, 7, steps) == 0);
        }
    };
    check.template operator()<67, 50, false>();
    check.template operator()<40, 130, true>();
    check.template operator()<3, 65, false>();
}

TEST_CASE("dense: the promised order is near the exact sum", "[dense]") {
    for (std::size_t inputs : {1u, 7u, 64u, 1000u}) {
        for (std::size_t chains : {1u, 2u, 4u, 8u}) {
            const problem p = make_problem(inputs, 16, chains);
            std::vector<float> x(inputs);
            lam::test::fill(x, chains);
            for (std::size_t o = 0; o < p.outputs; ++o) {
                auto sum = static_cast<double>(p.bias[o]);
                double size = std::abs(sum);
                for (std::size_t i = 0; i < inputs; ++i) {
                    const double product =
                        static_cast<double>(x[i]) * static_cast<double>(p.weights[o * inputs + i]);
                    sum += product;
                    size += std::abs(product);
                }
                const double bound = static_cast<double>(inputs + 2) * 0x1p-24 * size;
                CHECK(std::abs(static_cast<double>(in_order(p, x.data(), o)) - sum) <= bound);
            }
        }
    }
}

// A row of weights with a NaN or an infinity reaches its own output alone.
TEMPLATE_LIST_TEST_CASE("dense: special values", "[dense]", lam::test::all_packs) {
    using P = TestType;
    using shape = lam::kernel::dense_shape<3, 20, 1, 1, true>;
    problem p = make_problem(3, 20, 1);
    p.weights[3 * 7 + 1] = std::numeric_limits<float>::quiet_NaN();
    p.bias[8] = std::numeric_limits<float>::infinity();
    p.bias[19] = -std::numeric_limits<float>::infinity();
    const packed parameters(p, 1);
    const std::array<float, 3> x = {1.0f, 2.0f, -3.0f};
    std::array<float, 20> y = {};
    lam::kernel::dense<P, shape, 1>(x.data(), 3, parameters.weights.data(), parameters.bias.data(),
                                    y.data(), 20, 1, lam::kernel::compose());
    for (std::size_t o = 0; o < 20; ++o)
        CHECK(lam::test::same_bits(y[o], in_order(p, x.data(), o)));
    CHECK(std::isnan(y[7]));
    CHECK(y[8] == std::numeric_limits<float>::infinity());
}

TEST_CASE("dense: tiles fit the registers", "[dense]") {
    for (std::size_t registers : {16u, 32u})
        for (std::size_t chains : {1u, 2u, 4u, 8u})
            for (std::size_t width = 1; width <= 32; ++width)
                for (std::size_t rows : {1u, 24u}) {
                    const lam::tile t = lam::choose_tile(
                        width, lam::tile_accumulators(chains, registers, true), rows);
                    const std::size_t chunk = (width + t.chunks - 1) / t.chunks;
                    REQUIRE(t.rows >= 1);
                    REQUIRE(t.rows <= rows);
                    REQUIRE(t.chunks >= 1);
                    REQUIRE(t.chunks <= width);
                    // One row and one register are the least; eight chains of them leave eight.
                    if (t.rows * chunk > 1) REQUIRE(t.rows * chunk * chains <= registers);
                }
}
