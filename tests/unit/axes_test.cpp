// SPDX-License-Identifier: MIT
// Kernels that rows of several axes brought, and norms, on every pack and at every width: products
// of two values, moves, layer_norm and rms_norm. Bits are those of the scalar pack, and near
// double.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/base/panel.hpp>
#include <laminate/kernel/forward/affine.hpp>
#include <laminate/kernel/forward/matmul.hpp>
#include <laminate/kernel/forward/move.hpp>
#include <laminate/kernel/forward/norm.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
namespace kernel = laminate::kernel;
using lam::test::all_packs;

constexpr std::size_t rows = 2;

// A block of rows and one more; two products in each row.
template <class P, std::size_t Columns>
void check_matmul() {
    INFO(Columns << " columns, " << P::lanes << " lanes");
    constexpr std::size_t count = 2;
    constexpr std::size_t height = 5;
    constexpr std::size_t inner = 3;
    constexpr std::size_t units = count * height * Columns;
    const lam::test::tight_buffer a(rows * count * height * inner);
    const lam::test::tight_buffer b(rows * count * inner * Columns);
    lam::test::fill(a.span(), Columns, 2.0f);
    lam::test::fill(b.span(), Columns + 1, 2.0f);
    const lam::test::guarded_buffer y(rows * units);
    kernel::matmul<P, units, count, height, inner, Columns>(a.data(), count * height * inner,
                                                            y.data(), units, rows, b.data(),
                                                            count * inner * Columns, 0.3f);
    CHECK(y.intact());
    for (std::size_t i = 0; i < rows * units; ++i) {
        const float* const left = a.data() + i / Columns * inner;
        const float* const right = b.data() + i / Columns / height * inner * Columns + i % Columns;
        float sum = 0.0f;
        double exact = 0.0;
        for (std::size_t k = 0; k < inner; ++k) {
            sum = std::fma(left[k], right[k * Columns], sum);
            exact += static_cast<double>(left[k]) * static_cast<double>(right[k * Columns]);
        }
        CHECK(lam::test::same_bits(y[i], 0.3f * sum));
        CHECK(std::abs(static_cast<double>(y[i]) - 0.3 * exact) < 1e-5);
    }
}

// Lines with and without a stride, of which some elements are filled in.
template <class P, std::size_t Inside, std::size_t Stride>
void check_move() {
    INFO(Inside << " elements, " << Stride << " apart, " << P::lanes << " lanes");
    constexpr std::size_t before = 2;
    constexpr std::size_t extent = before + Inside + 1;
    constexpr std::size_t line = Inside * Stride;
    constexpr std::size_t floats = 3 * line + 1;
    const lam::test::tight_buffer x(rows * floats);
    lam::test::fill(x.span(), Inside);
    const lam::test::guarded_buffer y(rows * 2 * 4 * extent);
    // Of three lines, from float 1 on: twice, the second time from the second line on; one line
    // before them is filled in.
    kernel::move<P, 2 * 4 * extent, 1, 2, line, 0, 2, 4, line, 2, 2, extent, Stride, before,
                 Inside>(x.data(), floats, y.data(), 2 * 4 * extent, rows, 0.5f);
    CHECK(y.intact());
    for (std::size_t i = 0; i < rows * 2 * 4 * extent; ++i) {
        const std::size_t k = i % extent;
        const std::size_t j = i / extent % 4;
        const std::size_t from = i / extent / 8 * floats + 1 + (i / extent / 4 % 2 + j - 2) * line;
        const bool is_inside = j >= 2 && k >= before && k < before + Inside;
        CHECK(lam::test::same_bits(y[i], is_inside ? x[from + (k - before) * Stride] : 0.5f));
    }
}

// A chunk of rows, several beside each other, and one more.
constexpr std::size_t norm_rows = kernel::chunk_to_normalise(1) + 5;

template <class P, std::size_t Width, std::size_t Groups>
void check_norms() {
    INFO(Groups << " groups of " << Width / Groups << " units, " << P::lanes << " lanes");
    const lam::test::tight_buffer x(norm_rows * Width);
    lam::test::fill(x.span(), Width, 3.0f);
    std::vector<float> scale(lam::whole_lines(Width));
    std::vector<float> shift(lam::whole_lines(Width));
    lam::test::fill(scale, 1, 2.0f);
    lam::test::fill(shift, 2, 2.0f);
    const auto learned = kernel::compose(kernel::affine{scale.data(), shift.data()});
    const lam::test::guarded_buffer centred(norm_rows * Width);
    const lam::test::guarded_buffer plain(norm_rows * Width);
    const lam::test::guarded_buffer expected(norm_rows * Width);
    kernel::layer_norm<P, Width, Groups>(x.data(), Width, centred.data(), Width, norm_rows, 0.01f,
                                         learned);
    kernel::rms_norm<P, Width, Groups>(x.data(), Width, plain.data(), Width, norm_rows, 0.01f,
                                       learned);
    CHECK(centred.intact());
    CHECK(plain.intact());
    using scalar = lam::pack::scalar;
    kernel::layer_norm<scalar, Width, Groups>(x.data(), Width, expected.data(), Width, norm_rows,
                                              0.01f, learned);
    CHECK(lam::test::same_bits(centred.span(), expected.span()));
    kernel::rms_norm<scalar, Width, Groups>(x.data(), Width, expected.data(), Width, norm_rows,
                                            0.01f, learned);
    CHECK(lam::test::same_bits(plain.span(), expected.span()));
    constexpr std::size_t part = Width / Groups;
    for (std::size_t first = 0; first < norm_rows * Width; first += part) {
        double mean = 0.0, square = 0.0, variance = 0.0;
        for (std::size_t i = first; i < first + part; ++i)
            mean += static_cast<double>(x[i]) / part;
        for (std::size_t i = first; i < first + part; ++i) {
            const auto v = static_cast<double>(x[i]);
            square += v * v / part;
            variance += (v - mean) * (v - mean) / part;
        }
        for (std::size_t i = first; i < first + part; ++i) {
            const auto s = static_cast<double>(scale[i % Width]);
            const auto t = static_cast<double>(shift[i % Width]);
            const auto v = static_cast<double>(x[i]);
            CHECK(static_cast<double>(centred[i]) ==
                  laminate::test::approx((v - mean) / std::sqrt(variance + 0.01) * s + t)
                      .margin(1e-4));
            CHECK(static_cast<double>(plain[i]) ==
                  laminate::test::approx(v / std::sqrt(square + 0.01) * s + t).margin(1e-4));
        }
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("matmul: every width", "[axes]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_matmul<TestType, I + 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
}

TEMPLATE_LIST_TEST_CASE("move: every width", "[axes]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) {
        (check_move<TestType, I + 1, 1>(), ...);
        (check_move<TestType, I + 1, 3>(), ...);
    }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
}

TEMPLATE_LIST_TEST_CASE("norms: every width", "[axes]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_norms<TestType, I + 1, 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_norms<TestType, 21, 3>();
}
