// SPDX-License-Identifier: MIT
// The packs' square root: correctly rounded, in constant expressions too.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <cmath>
#include <limits>

using laminate::pack::exact_sqrt;

static_assert(exact_sqrt(2.0f) == 0x1.6a09e6p0f, "rounded");
static_assert(exact_sqrt(0.0f) == 0.0f, "0 has itself");
static_assert(exact_sqrt(0x1p-149f) == 0x1.6a09e6p-75f, "of the smallest float");
static_assert(exact_sqrt(-1.0f) != exact_sqrt(-1.0f), "NaN of numbers below 0");

TEMPLATE_LIST_TEST_CASE("sqrt: as IEEE has it, on every pack", "[pack]",
                        laminate::test::all_packs) {
    using P = TestType;
    laminate::test::random random(1);
    const laminate::test::tight_buffer x(P::lanes);
    const laminate::test::tight_buffer y(P::lanes);
    std::size_t wrong = 0;
    for (int turn = 0; turn < 2000; ++turn) {
        for (float& f : x.span())
            f = random.any();
        P::store(y.data(), P::sqrt(P::load(x.data())));
        for (std::size_t l = 0; l < P::lanes; ++l) {
            wrong += laminate::test::same_bits(y[l], std::sqrt(x[l])) ? 0U : 1U;
            wrong += laminate::test::same_bits(y[l], laminate::pack::newton_sqrt(x[l])) ? 0U : 1U;
        }
    }
    CHECK(wrong == 0);
    CHECK(exact_sqrt(std::numeric_limits<float>::infinity()) ==
          std::numeric_limits<float>::infinity());
}
