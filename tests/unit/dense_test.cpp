// SPDX-License-Identifier: MIT
// The dense kernel for many rows on every pack: every width from 1 to two registers and one,
// several panels, one to eight chains. Bits are compared with the order of operations that the
// kernel promises, spelled out on plain floats; that order with double.

#include "support/dense.hpp"

#include "support/catch.hpp"
#include "support/packs.hpp"

#include <laminate/base/tile.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
using namespace lam::test;

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

// With 16 registers, inputs of a block at a time: from 512 on, and from 24 rows on.
TEMPLATE_LIST_TEST_CASE("dense: blocks of inputs", "[dense]", lam::test::all_packs) {
    check_shape<TestType, 514, 72>();
    check_shape<TestType, 771, 70, false, true>();
    using not_minus_zero = lam::kernel::dense_shape<512, 72, 1, 1, true, true>;
    problem p = make_problem(512, 72, 1);
    for (std::size_t i = 0; i < p.weights.size(); ++i) // of inputs 0, -0, 0, ...: sums of -0
        p.weights[i] = i % 2 == 0 ? -1.0f : 1.0f;
    p.bias.assign(p.bias.size(), -0.0f);
    CHECK(wrong_outputs<TestType, not_minus_zero, 24>(p, packed(p, 1), 24, {1}) == 0);
}

// Outputs around one and two panels of 128, whole lines and not.
TEMPLATE_LIST_TEST_CASE("dense: panels", "[dense]", lam::test::all_packs) {
    check_shape<TestType, 5, 128>();
    check_shape<TestType, 5, 129>();
    check_shape<TestType, 3, 136>();
    check_shape<TestType, 3, 264, false>();
    check_shape<TestType, 70, 129>(); // more than the L1 cache holds, so larger tiles
    check_shape<TestType, 11, 136, true, true>();
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
                    const std::size_t at_once = lam::chains_in_turn(chains, registers) ? 1 : chains;
                    if (t.rows * chunk > 1) REQUIRE(t.rows * chunk * at_once <= registers);
                }
}
