// SPDX-License-Identifier: MIT
// Maxout on every pack and in both layouts: units side by side as a caller has them, and piece by
// piece as a dense layer leaves them.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/base/panel.hpp>
#include <laminate/kernel/forward/maxout.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
namespace kernel = laminate::kernel;
using lam::test::all_packs;

// x of a row, unit by unit; what each output must be.
float largest(const float* x, std::size_t pieces) {
    float best = x[0];
    for (std::size_t j = 1; j < pieces; ++j)
        best = best != best || x[j] != x[j] ? std::numeric_limits<float>::quiet_NaN()
                                            : std::max(best, x[j]);
    return best;
}

template <class P, std::size_t Units, std::size_t Pieces>
void check_shape() {
    INFO(Units << " units of " << Pieces << " pieces, " << P::lanes << " lanes");
    constexpr std::size_t rows = 3;
    constexpr std::size_t width = Units * Pieces;
    constexpr std::size_t stored = Pieces * lam::piece_stride(width, Pieces);
    const lam::test::tight_buffer x(rows * width);
    lam::test::fill(x.span(), width);
    x[width / 2] = std::numeric_limits<float>::quiet_NaN();
    x[rows * width - 1] = std::numeric_limits<float>::quiet_NaN();
    const lam::test::tight_buffer by_piece(rows * stored);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < width; ++i)
            by_piece[r * stored + lam::unit_position(width, Pieces, i)] = x[r * width + i];

    const lam::test::guarded_buffer adjacent(rows * Units);
    kernel::maxout<lam::pack::scalar, Units, Pieces, Pieces, 1>(x.data(), width, adjacent.data(),
                                                                Units, rows);
    const lam::test::guarded_buffer pieces(rows * Units);
    kernel::maxout<P, Units, Pieces, 1, lam::piece_stride(width, Pieces)>(
        by_piece.data(), stored, pieces.data(), Units, rows);
    CHECK(adjacent.intact());
    CHECK(pieces.intact());
    for (std::size_t u = 0; u < rows * Units; ++u) {
        const float expected = largest(x.data() + u * Pieces, Pieces);
        CHECK(lam::test::same_bits(adjacent[u], expected));
        CHECK(lam::test::same_bits(pieces[u], expected));
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("maxout: every width", "[maxout]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_shape<TestType, I + 1, I % 3 + 1>(), ...);
    }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_shape<TestType, 5, 7>();
    check_shape<TestType, 1, 33>();
}

TEMPLATE_LIST_TEST_CASE("maxout: a NaN in any piece gives NaN", "[maxout]", all_packs) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    for (std::size_t at = 0; at < 3; ++at) {
        std::array<float, 48> x = {};
        x.fill(inf);
        x[at * 16 + 2] = std::numeric_limits<float>::quiet_NaN();
        std::array<float, 5> y = {};
        kernel::maxout<TestType, 5, 3, 1, 16>(x.data(), 48, y.data(), 5, 1);
        for (std::size_t u = 0; u < 5; ++u)
            CHECK(std::isnan(y[u]) == (u == 2));
    }
}

TEMPLATE_LIST_TEST_CASE("maxout: infinities", "[maxout]", all_packs) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    std::array<float, 32> x = {};
    x[0] = -inf;
    x[16] = -inf;
    x[1] = 5.0f;
    x[17] = inf;
    std::array<float, 2> y = {};
    kernel::maxout<TestType, 2, 2, 1, 16>(x.data(), 32, y.data(), 2, 1);
    CHECK(y == std::array{-inf, inf});
}
