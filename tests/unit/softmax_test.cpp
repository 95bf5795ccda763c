// SPDX-License-Identifier: MIT
// Softmax on every pack: every width, the promised order of its sum, and special values.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/kernel/forward/log_softmax.hpp>
#include <laminate/kernel/forward/softmax.hpp>
#include <laminate/pack/group.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace {

namespace lam = laminate;
namespace kernel = laminate::kernel;
using lam::test::all_packs;
using lam::test::same_bits;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

template <class P, std::size_t Width>
std::array<float, Width> softmax(const std::array<float, Width>& x) {
    std::array<float, Width> y = {};
    kernel::softmax<P, Width>(x.data(), Width, y.data(), Width, 1);
    return y;
}

// The contract on bits, as kernel/forward/softmax.hpp states it.
std::vector<float> in_order(const float* x, std::size_t width) {
    const float maximum = *std::max_element(x, x + width);
    std::vector<float> y(width);
    std::array<float, 16> sum = {};
    for (std::size_t i = 0; i < width; ++i) {
        y[i] = kernel::exp{}(lam::pack::scalar{}, x[i] - maximum);
        sum[i % 16] += y[i];
    }
    for (std::size_t n : {8u, 4u, 2u, 1u})
        for (std::size_t l = 0; l < n; ++l)
            sum[l] += sum[l + n];
    for (float& f : y)
        f /= sum[0];
    return y;
}

// Rows from 0 to 3, and more than are taken at once.
template <class P, std::size_t Width>
void check_width() {
    INFO("width " << Width << ", " << P::lanes << " lanes");
    constexpr std::size_t in_register = P::lanes / kernel::places(Width);
    constexpr std::size_t many = lam::pack::at_once<P> * in_register + in_register + 1;
    for (std::size_t rows :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, many}) {
        const lam::test::tight_buffer x(rows * Width);
        lam::test::fill(x.span(), rows + Width, 16.0f);
        const lam::test::guarded_buffer y(rows * Width);
        kernel::softmax<P, Width>(x.data(), Width, y.data(), Width, rows);
        CHECK(y.intact());
        for (std::size_t r = 0; r < rows; ++r) {
            const auto expected = in_order(x.data() + r * Width, Width);
            CHECK(same_bits(y.span().subspan(r * Width, Width), expected));
        }
        kernel::softmax<P, Width>(x.data(), Width, x.data(), Width, rows);
        CHECK(same_bits(x.span(), y.span()));
    }
}

// Groups of Width floats give what as many rows give.
template <class P, std::size_t Width, std::size_t Groups>
void check_groups() {
    INFO(Groups << " groups of " << Width << ", " << P::lanes << " lanes");
    constexpr std::size_t row = Groups * Width;
    const lam::test::tight_buffer x(2 * row);
    lam::test::fill(x.span(), Width, 16.0f);
    const auto check = [&x](const auto& grouped, const auto& apart) {
        const lam::test::guarded_buffer y(2 * row);
        std::vector<float> expected(2 * row);
        grouped(x.data(), y.data());
        apart(x.data(), expected.data());
        CHECK(y.intact());
        CHECK(same_bits(y.span(), expected));
        const lam::test::tight_buffer over(2 * row);
        std::copy(x.span().begin(), x.span().end(), over.data());
        grouped(over.data(), over.data());
        CHECK(same_bits(over.span(), expected));
    };
    check(
        [](const float* in, float* out) { kernel::softmax<P, row, Groups>(in, row, out, row, 2); },
        [](const float* in, float* out) {
            kernel::softmax<lam::pack::scalar, Width>(in, Width, out, Width, 2 * Groups);
        });
    check([](const float* in,
             float* out) { kernel::log_softmax<P, row, Groups>(in, row, out, row, 2); },
          [](const float* in, float* out) {
              kernel::log_softmax<lam::pack::scalar, Width>(in, Width, out, Width, 2 * Groups);
          });
}

// log_softmax is off by the roundings of x - m, of the logarithm and of their difference.
template <class P, std::size_t Width>
void check_logarithm() {
    INFO("width " << Width << ", " << P::lanes << " lanes");
    const lam::test::tight_buffer x(3 * Width);
    lam::test::fill(x.span(), Width, 16.0f);
    const lam::test::guarded_buffer y(3 * Width);
    kernel::log_softmax<P, Width>(x.data(), Width, y.data(), Width, 3);
    CHECK(y.intact());
    for (std::size_t r = 0; r < 3; ++r) {
        const auto row = x.span().subspan(r * Width, Width);
        double sum = 0.0;
        for (float f : row)
            sum += std::exp(static_cast<double>(f));
        for (std::size_t i = 0; i < Width; ++i) {
            const double exact = static_cast<double>(row[i]) - std::log(sum);
            REQUIRE(std::abs(static_cast<double>(y[r * Width + i]) - exact) <= 64.0 * 0x1p-24);
        }
    }
}

} // namespace

TEMPLATE_LIST_TEST_CASE("softmax: in groups", "[softmax]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_groups<TestType, I + 1, 3>(), ...); }
    (std::make_index_sequence<TestType::lanes + 1>{});
    check_groups<TestType, 2, 9>();
    check_groups<TestType, 21, 2>();
}

TEMPLATE_LIST_TEST_CASE("log_softmax: every width", "[softmax]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_logarithm<TestType, I + 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
}

TEMPLATE_LIST_TEST_CASE("log_softmax: special values", "[softmax]", all_packs) {
    const auto of = [](std::array<float, 3> x) {
        std::array<float, 3> y = {};
        kernel::log_softmax<TestType, 3>(x.data(), 3, y.data(), 3, 1);
        return y;
    };
    CHECK(of({0.0f, -inf, -inf}) == std::array{0.0f, -inf, -inf});
    CHECK(of({3e38f, -3e38f, 0.0f})[1] == -inf);
    CHECK(of({1000.0f, 0.0f, 1000.0f})[1] == -1000.0f - std::log(2.0f));
    for (float bad : {not_a_number, inf})
        for (float f : of({1.0f, bad, 2.0f}))
            CHECK(std::isnan(f));
    for (float f : of({-inf, -inf, -inf}))
        CHECK(std::isnan(f));
}

TEMPLATE_LIST_TEST_CASE("softmax: every width", "[softmax]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_width<TestType, I + 1>(), ...); }
    (std::make_index_sequence<2 * TestType::lanes + 1>{});
    check_width<TestType, 100>();
}

TEMPLATE_LIST_TEST_CASE("softmax: near the truth, and it sums to 1", "[softmax]", all_packs) {
    std::array<float, 37> x = {};
    lam::test::fill(x, 9, 8.0f);
    const auto y = softmax<TestType>(x);
    double sum = 0.0;
    for (float f : x)
        sum += std::exp(static_cast<double>(f));
    double total = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double exact = std::exp(static_cast<double>(x[i])) / sum;
        // |x - m| <= 16: the difference is off by 2^-21 at most, 8 ulp of the result.
        CHECK(std::abs(static_cast<double>(y[i]) - exact) <= 14.0 * 0x1p-24 * exact);
        total += static_cast<double>(y[i]);
    }
    CHECK(std::abs(total - 1.0) < 1e-6);
}

TEMPLATE_LIST_TEST_CASE("softmax: all equal", "[softmax]", all_packs) {
    for (float f : {0.0f, -0.0f, 1.0f, -1e30f, 3e38f, -3e38f}) {
        std::array<float, 8> x = {};
        x.fill(f);
        for (float p : softmax<TestType>(x))
            CHECK(p == 0.125f);
    }
    CHECK(softmax<TestType>(std::array{0.0f, -0.0f}) == std::array{0.5f, 0.5f});
}

TEMPLATE_LIST_TEST_CASE("softmax: huge and tiny inputs don't overflow", "[softmax]", all_packs) {
    CHECK(softmax<TestType>(std::array{3e38f, -3e38f, 0.0f}) == std::array{1.0f, 0.0f, 0.0f});
    CHECK(softmax<TestType>(std::array{1000.0f, 1000.0f}) == std::array{0.5f, 0.5f});
    CHECK(softmax<TestType>(std::array{-1000.0f, -1000.0f}) == std::array{0.5f, 0.5f});
    // Rows of negative numbers alone: padded lanes, which hold 0, take no part.
    std::array<float, 3> negative = {-90.0f, -90.0f, -90.0f};
    for (float p : softmax<TestType>(negative))
        CHECK(p == 1.0f / 3.0f);
}

TEMPLATE_LIST_TEST_CASE("softmax: infinities and NaN", "[softmax]", all_packs) {
    using P = TestType;
    CHECK(softmax<P>(std::array{-inf, 2.0f, -inf, 2.0f}) == std::array{0.0f, 0.5f, 0.0f, 0.5f});
    const auto all_nan = [](const auto& y) {
        return std::all_of(y.begin(), y.end(), [](float f) { return std::isnan(f); });
    };
    CHECK(all_nan(softmax<P>(std::array{-inf, -inf, -inf})));
    CHECK(all_nan(softmax<P>(std::array{1.0f, inf, 2.0f})));
    // Wherever in the row it stands: in a whole register, in the tail.
    for (std::size_t at = 0; at < 35; ++at) {
        std::array<float, 35> x = {};
        x[at] = not_a_number;
        CHECK(all_nan(softmax<P>(x)));
        x[at] = inf;
        CHECK(all_nan(softmax<P>(x)));
    }
}
