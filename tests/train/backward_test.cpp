// SPDX-License-Identifier: MIT
// The kernels of the way back, at every width on every pack, against the order of operations that
// they promise, spelled out on plain floats.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/ir/place.hpp>
#include <laminate/kernel/back/binary_gradient.hpp>
#include <laminate/kernel/back/norm.hpp>
#include <laminate/kernel/back/part_gradient.hpp>
#include <laminate/kernel/back/softmax_gradient.hpp>
#include <laminate/kernel/back/transpose.hpp>
#include <laminate/kernel/back/weight_gradient.hpp>

#include <cmath>
#include <type_traits>
#include <utility>
#include <vector>

namespace lam = laminate;
using lam::test::guarded_buffer;
using lam::test::tight_buffer;

namespace {

// Every width of outputs from 1 to two registers and one, each with another number of inputs.
template <class P>
using widths = std::make_index_sequence<2 * P::lanes + 1>;
constexpr std::size_t inputs_of(std::size_t outputs) { return 1 + outputs * 7 % 19; }

// dW[i][o], a chain of fma over rows, and db[o], a chain of additions.
template <class P, std::size_t Inputs, std::size_t Outputs>
std::size_t wrong_weights(std::size_t rows) {
    constexpr std::size_t panels = lam::ir::panels(Outputs);
    constexpr std::size_t stride = lam::whole_lines(Outputs);
    const tight_buffer x(rows * Inputs);
    const tight_buffer dy(rows * stride);
    lam::test::fill(x.span(), rows);
    lam::test::fill(dy.span(), rows + 1);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t o = Outputs; o < stride; ++o)
            dy[r * stride + o] = 0.0f;
    const guarded_buffer dw(lam::weight_floats(Inputs, Outputs));
    const guarded_buffer db(stride);
    if constexpr (lam::is_narrow(Inputs, Outputs)) {
        std::fill(dw.span().begin(), dw.span().end(), 0.0f);
        lam::kernel::narrow_weight_gradient<P, Inputs, Outputs>(x.data(), Inputs, dy.data(), stride,
                                                                rows, dw.data());
    } else {
        const std::size_t half = Inputs / 2;
        for (std::size_t p = 0; p < panels; ++p) { // in two parts
            if (half > 0)
                lam::kernel::weight_gradient<P, Inputs, Outputs, panels>(
                    x.data(), Inputs, dy.data(), stride, rows, dw.data(), p, 0, half);
            lam::kernel::weight_gradient<P, Inputs, Outputs, panels>(
                x.data(), Inputs, dy.data(), stride, rows, dw.data(), p, half, Inputs - half);
        }
    }
    lam::kernel::bias_gradient<P>(dy.data(), stride, rows, db.data(), stride);
    std::size_t wrong = dw.intact() && db.intact() ? 0 : 1;
    double padding = 0.0;
    for (const float f : dw.span())
        padding += std::abs(static_cast<double>(f));
    for (std::size_t o = 0; o < Outputs; ++o) {
        float bias = 0.0f;
        for (std::size_t r = 0; r < rows; ++r)
            bias += dy[r * stride + o];
        wrong += lam::test::same_bits(db[o], bias) ? 0U : 1U;
        for (std::size_t i = 0; i < Inputs; ++i) {
            float sum = 0.0f;
            for (std::size_t r = 0; r < rows; ++r)
                sum = std::fma(x[r * Inputs + i], dy[r * stride + o], sum);
            const float found = dw[lam::weight_position(Inputs, Outputs, panels, o, i)];
            wrong += lam::test::same_bits(found, sum) ? 0U : 1U;
            padding -= std::abs(static_cast<double>(found));
        }
    }
    return wrong + (std::abs(padding) < 1e-6 ? 0U : 1U);
}

// turned[o][i] is the weight from input i to output o, in panels of inputs; padding is zeros.
template <class P, std::size_t Inputs, std::size_t Outputs>
std::size_t wrong_turned() {
    constexpr std::size_t panels = lam::ir::panels(Outputs);
    constexpr std::size_t back = lam::ir::panels(Inputs);
    const tight_buffer weights(lam::weight_floats(Inputs, Outputs));
    for (float& f : weights.span())
        f = 0.0f;
    for (std::size_t o = 0; o < Outputs; ++o)
        for (std::size_t i = 0; i < Inputs; ++i)
            weights[lam::weight_position(Inputs, Outputs, panels, o, i)] =
                static_cast<float>(o * Inputs + i + 1);
    const guarded_buffer turned(lam::kernel::turned_floats(Inputs, Outputs));
    lam::kernel::transpose_weights<P, Inputs, Outputs, panels, back>(weights.data(), turned.data());
    std::size_t wrong = turned.intact() ? 0 : 1;
    for (std::size_t p = 0; p < back; ++p) {
        const std::size_t first = lam::panel_begin(Inputs, back, p);
        const std::size_t width = lam::panel_begin(Inputs, back, p + 1) - first;
        for (std::size_t o = 0; o < Outputs; ++o)
            for (std::size_t i = 0; i < width; ++i) {
                const float expected =
                    first + i < Inputs ? static_cast<float>(o * Inputs + first + i + 1) : 0.0f;
                wrong += turned[first * Outputs + o * width + i] == expected ? 0U : 1U;
            }
    }
    return wrong;
}

// What the gradient of softmax or its logarithm promises, of each group by itself.
template <class Form>
float expected_share(float y, float dy, float sum) {
    if constexpr (std::is_same_v<Form, lam::kernel::share_gradient>)
        return y * (dy - sum);
    else
        return std::fma(lam::kernel::exp::not_positive(lam::pack::scalar{}, y), 0.0f - sum, dy);
}

template <class P, std::size_t Width, std::size_t Groups, class Form>
std::size_t wrong_softmax() {
    constexpr bool logarithm = std::is_same_v<Form, lam::kernel::log_share_gradient>;
    constexpr std::size_t stride = lam::whole_lines(Width);
    constexpr std::size_t part = Width / Groups;
    const tight_buffer y(3 * stride);
    const tight_buffer dy(3 * stride);
    lam::test::fill(y.span(), 1);
    lam::test::fill(dy.span(), 2);
    const guarded_buffer dx(3 * stride);
    lam::kernel::softmax_gradient<P, Width, Groups, Form>(y.data(), dy.data(), stride, dx.data(),
                                                          stride, 3, lam::kernel::compose());
    std::size_t wrong = dx.intact() ? 0 : 1;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t from = 0; from < Width; from += part) {
            float chain[16] = {};
            for (std::size_t i = 0; i < part; ++i) {
                const std::size_t at = r * stride + from + i;
                chain[i % 16] =
                    logarithm ? chain[i % 16] + dy[at] : std::fma(y[at], dy[at], chain[i % 16]);
            }
            for (std::size_t n = 8; n > 0; n /= 2)
                for (std::size_t c = 0; c < n; ++c)
                    chain[c] += chain[c + n];
            for (std::size_t i = from; i < from + part; ++i) {
                const std::size_t at = r * stride + i;
                const float expected = expected_share<Form>(y[at], dy[at], chain[0]);
                wrong += lam::test::same_bits(dx[at], expected) ? 0U : 1U;
            }
        }
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t i = Width; i < stride; ++i)
            wrong += guarded_buffer::changed(dx[r * stride + i]) ? 1U : 0U;
    return wrong;
}

// What the gradient of a function of two values promises, of one unit of an operand.
template <class Form, bool Second>
float expected_part(float g, float a, float b, float y) {
    using namespace lam::kernel;
    if constexpr (std::is_same_v<Form, plus>)
        return g;
    else if constexpr (std::is_same_v<Form, minus>)
        return Second ? 0.0f - g : g;
    else if constexpr (std::is_same_v<Form, product>) {
        const volatile float rounded = Second ? g * a : g * b; // before it is added to others
        return rounded;
    } else if constexpr (std::is_same_v<Form, quotient>) {
        const volatile float rounded = Second ? (0.0f - g / b) * y : g / b;
        return g == 0.0f ? g : rounded;
    } else if constexpr (std::is_same_v<Form, larger>)
        return (a < b) == Second ? g : 0.0f;
    else if constexpr (std::is_same_v<Form, is_equal>)
        return 0.0f;
    else if constexpr (std::is_same_v<Form, kept_when>)
        return Second && a != 0.0f ? g : 0.0f;
    else if constexpr (std::is_same_v<Form, kept_unless>)
        return Second && a == 0.0f ? g + 0.0f : 0.0f;
    else
        return (b < a) == Second ? g : 0.0f;
}

// Rows as near to each other as they can be, so that nothing is read or written beside them. Some
// numbers are equal, and some gradients and divisors are 0.
template <class P, class Form, bool Second, std::size_t Width, std::size_t AUnits,
          std::size_t BUnits>
std::size_t wrong_binary() {
    constexpr std::size_t rows = 3;
    constexpr std::size_t units = Second ? BUnits : AUnits;
    const tight_buffer a(rows * AUnits);
    const tight_buffer b(rows * BUnits);
    const tight_buffer y(rows * Width);
    const tight_buffer dy(rows * Width);
    std::uint64_t seed = 1;
    for (const tight_buffer* all : {&a, &b, &y, &dy}) {
        lam::test::fill(all->span(), seed++, 3.0f);
        for (float& f : all->span())
            f = std::floor(f * 2.0f) / 2.0f;
    }
    const guarded_buffer dx(rows * units);
    lam::kernel::binary_gradient<P, Form, Second, Width>(
        lam::kernel::operand_rows<AUnits>{a.data(), AUnits},
        lam::kernel::operand_rows<BUnits>{b.data(), BUnits}, y.data(), dy.data(), Width, dx.data(),
        units, rows, lam::kernel::compose());
    std::size_t wrong = dx.intact() ? 0 : 1;
    for (std::size_t r = 0; r < rows; ++r) {
        float chain[16] = {};
        for (std::size_t i = 0; i < Width; ++i) {
            const std::size_t at = r * Width + i;
            const float part =
                expected_part<Form, Second>(dy[at], a[r * AUnits + (AUnits == 1 ? 0 : i)],
                                            b[r * BUnits + (BUnits == 1 ? 0 : i)], y[at]);
            chain[i % 16] += part;
            if (units == Width) wrong += lam::test::same_bits(dx[at], part) ? 0U : 1U;
        }
        for (std::size_t n = 8; n > 0; n /= 2)
            for (std::size_t c = 0; c < n; ++c)
                chain[c] += chain[c + n];
        if (units != Width) wrong += lam::test::same_bits(dx[r], chain[0]) ? 0U : 1U;
    }
    return wrong;
}
// Both operands, whole and of one unit.
template <class P, class Form, std::size_t Width>
std::size_t wrong_operands() {
    return wrong_binary<P, Form, false, Width, Width, Width>() +
           wrong_binary<P, Form, true, Width, Width, Width>() +
           wrong_binary<P, Form, false, Width, 1, Width>() +
           wrong_binary<P, Form, true, Width, Width, 1>();
}

// A part of a concat, and a slice from the second unit on.
template <class P, std::size_t Units>
std::size_t wrong_parts() {
    constexpr std::size_t rows = 3;
    constexpr std::size_t width = Units + 2;
    const tight_buffer all(rows * width);
    const tight_buffer part(rows * Units);
    lam::test::fill(all.span(), 1);
    lam::test::fill(part.span(), 2);
    const guarded_buffer cut(rows * Units);
    const guarded_buffer stored(rows * width);
    const guarded_buffer added(rows * width);
    for (std::size_t i = 0; i < rows * width; ++i)
        added[i] = all[i];
    lam::kernel::part_gradient<P, Units>(all.data() + 1, width, cut.data(), Units, rows,
                                         lam::kernel::compose());
    lam::kernel::slice_gradient<P, width, 1, Units, false>(part.data(), Units, stored.data(), width,
                                                           rows);
    lam::kernel::slice_gradient<P, width, 1, Units, true>(part.data(), Units, added.data(), width,
                                                          rows);
    std::size_t wrong = cut.intact() && stored.intact() && added.intact() ? 0 : 1;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t i = 0; i < width; ++i) {
            const std::size_t at = r * width + i;
            const bool inside = i > 0 && i <= Units;
            const float given = inside ? part[r * Units + i - 1] : 0.0f;
            wrong += lam::test::same_bits(stored[at], given) ? 0U : 1U;
            wrong += lam::test::same_bits(added[at], inside ? all[at] + given : all[at]) ? 0U : 1U;
            if (inside) wrong += lam::test::same_bits(cut[r * Units + i - 1], all[at]) ? 0U : 1U;
        }
    return wrong;
}

template <class P, std::size_t... I>
void check_widths(std::index_sequence<I...>) {
    INFO(P::lanes << " lanes");
    std::size_t wrong = 0;
    for (const std::size_t rows : {1U, 2U, 65U})
        ((wrong += wrong_weights<P, inputs_of(I + 1), I + 1>(rows)), ...);
    CHECK(wrong == 0);
    ((wrong += wrong_turned<P, inputs_of(I + 1), I + 1>()), ...);
    CHECK(wrong == 0);
    using lam::kernel::log_share_gradient;
    using lam::kernel::share_gradient;
    ((wrong += wrong_softmax<P, I + 1, 1, share_gradient>()), ...);
    ((wrong += wrong_softmax<P, I + 1, 1, log_share_gradient>()), ...);
    ((wrong += wrong_softmax<P, 3 * (I + 1), 3, share_gradient>()), ...);
    ((wrong += wrong_softmax<P, 3 * (I + 1), 3, log_share_gradient>()), ...);
    CHECK(wrong == 0);
    ((wrong += wrong_parts<P, I + 1>()), ...);
    CHECK(wrong == 0);
    ((wrong += wrong_operands<P, lam::kernel::product, I + 1>()), ...);
    CHECK(wrong == 0);
    constexpr std::size_t w = P::lanes + 1;
    wrong +=
        wrong_operands<P, lam::kernel::plus, w>() + wrong_operands<P, lam::kernel::minus, w>() +
        wrong_operands<P, lam::kernel::quotient, w>() +
        wrong_operands<P, lam::kernel::larger, w>() + wrong_operands<P, lam::kernel::smaller, w>() +
        wrong_operands<P, lam::kernel::is_equal, w>() +
        wrong_operands<P, lam::kernel::kept_when, w>() +
        wrong_operands<P, lam::kernel::kept_unless, w>();
    CHECK(wrong == 0);
}

} // namespace

TEMPLATE_LIST_TEST_CASE("the way back: every width", "[train]", lam::test::all_packs) {
    check_widths<TestType>(widths<TestType>{});
    // Panels of two widths, in both directions.
    CHECK(wrong_weights<TestType, 5, 275>(3) == 0);
    CHECK(wrong_weights<TestType, 300, 3>(3) == 0);
    CHECK(wrong_turned<TestType, 275, 150>() == 0);
}

TEMPLATE_LIST_TEST_CASE("sum_of_squares: the same bits on every pack", "[train]",
                        lam::test::all_packs) {
    for (const std::size_t floats : {16U, 128U, 144U, 400U}) {
        const tight_buffer x(floats);
        lam::test::fill(x.span(), floats);
        float chain[lam::kernel::square_chains] = {};
        for (std::size_t i = 0; i < floats; ++i)
            chain[i % lam::kernel::square_chains] =
                std::fma(x[i], x[i], chain[i % lam::kernel::square_chains]);
        for (std::size_t n = lam::kernel::square_chains / 2; n > 0; n /= 2)
            for (std::size_t c = 0; c < n; ++c)
                chain[c] += chain[c + n];
        CHECK(lam::test::same_bits(lam::kernel::sum_of_squares<TestType>(x.data(), floats),
                                   chain[0]));
    }
}
