// SPDX-License-Identifier: MIT
// The words of every pack, lane by lane, against plain floats. The packs are compared with what the
// words mean, so they agree with each other.

#include "support/buffer.hpp"
#include "support/catch.hpp"
#include "support/compare.hpp"
#include "support/packs.hpp"
#include "support/random.hpp"

#include <laminate/pack/concept.hpp>
#include <laminate/pack/group.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace {

using laminate::test::all_packs;
using laminate::test::same_bits;

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float denormal = std::numeric_limits<float>::denorm_min();

constexpr std::array special = {0.0f,
                                -0.0f,
                                1.0f,
                                -1.0f,
                                inf,
                                -inf,
                                not_a_number,
                                -not_a_number,
                                denormal,
                                -denormal,
                                0x1p-126f,
                                -0x1p-126f,
                                0x1.fffffep-127f,
                                0x1.fffffep127f,
                                -0x1.fffffep127f,
                                1.5f,
                                0x1.000002p0f,
                                3.0f,
                                0x1p-64f,
                                0x1p64f};

// Operands of three kinds in turn: special values, any bits, and magnitudes so near each other that
// sums cancel and products round.
std::array<float, 3> operands(laminate::test::random& r, std::size_t kind) {
    std::array<float, 3> result = {};
    for (float& f : result) {
        if (kind == 0)
            f = special[r.below(special.size())];
        else if (kind == 1)
            f = r.any();
        else
            f = std::bit_cast<float>((std::bit_cast<std::uint32_t>(r.any()) & 0x807fffffu) |
                                     static_cast<std::uint32_t>(114 + r.below(24)) << 23);
    }
    return result;
}

// The number of lanes where `word` on registers differs from `meaning` on floats.
template <class P, class Word, class Meaning>
int differences(Word word, Meaning meaning) {
    int found = 0;
    laminate::test::random r(1);
    for (std::size_t round = 0; round < 100'000; ++round) {
        std::array<float, P::lanes> a = {};
        std::array<float, P::lanes> b = {};
        std::array<float, P::lanes> c = {};
        std::array<float, P::lanes> out = {};
        for (std::size_t l = 0; l < P::lanes; ++l) {
            const auto [x, y, z] = operands(r, round % 3);
            a[l] = x;
            b[l] = y;
            c[l] = z;
        }
        P::store(out.data(), word(P::load(a.data()), P::load(b.data()), P::load(c.data())));
        for (std::size_t l = 0; l < P::lanes; ++l)
            if (!same_bits(out[l], meaning(a[l], b[l], c[l])) && found++ < 5)
                UNSCOPED_INFO(std::hexfloat << a[l] << ' ' << b[l] << ' ' << c[l] << " gives "
                                            << out[l]);
    }
    return found;
}

// The product rounded to float before anything is added, whatever the flags.
float rounded(float f) {
    const volatile float stored = f;
    return stored;
}

} // namespace

TEMPLATE_LIST_TEST_CASE("pack: arithmetic", "[pack]", all_packs) {
    using P = TestType;
    using reg = typename P::reg;
    const auto check = [](auto word, auto meaning) { return differences<P>(word, meaning); };

    CHECK(check([](reg a, reg b, reg) { return P::add(a, b); },
                [](float a, float b, float) { return a + b; }) == 0);
    CHECK(check([](reg a, reg b, reg) { return P::sub(a, b); },
                [](float a, float b, float) { return a - b; }) == 0);
    CHECK(check([](reg a, reg b, reg) { return P::mul(a, b); },
                [](float a, float b, float) { return a * b; }) == 0);
    CHECK(check([](reg a, reg b, reg) { return P::div(a, b); },
                [](float a, float b, float) { return a / b; }) == 0);
    CHECK(check([](reg a, reg, reg) { return P::sqrt(a); },
                [](float a, float, float) { return std::sqrt(a); }) == 0);
    CHECK(check([](reg a, reg b, reg c) { return P::fma(a, b, c); },
                [](float a, float b, float c) { return std::fma(a, b, c); }) == 0);
    CHECK(check([](reg a, reg b, reg c) { return P::accumulate(c, a, b); },
                [](float a, float b, float c) { return std::fma(a, b, c); }) == 0);
}

TEMPLATE_LIST_TEST_CASE("pack: a product is rounded before it is added", "[pack]", all_packs) {
    using P = TestType;
    using reg = typename P::reg;
    CHECK(differences<P>([](reg a, reg b, reg c) { return P::add(P::mul(a, b), c); },
                         [](float a, float b, float c) { return rounded(a * b) + c; }) == 0);
    CHECK(differences<P>([](reg a, reg b, reg c) { return P::sub(c, P::mul(a, b)); },
                         [](float a, float b, float c) { return c - rounded(a * b); }) == 0);
}

TEMPLATE_LIST_TEST_CASE("pack: comparison and selection", "[pack]", all_packs) {
    using P = TestType;
    using reg = typename P::reg;
    const auto check = [](auto word, auto meaning) { return differences<P>(word, meaning); };

    CHECK(check([](reg a, reg b, reg) { return P::min(a, b); },
                [](float a, float b, float) { return a < b ? a : b; }) == 0);
    CHECK(check([](reg a, reg b, reg) { return P::max(a, b); },
                [](float a, float b, float) { return a > b ? a : b; }) == 0);
    CHECK(check([](reg a, reg b, reg c) { return P::select(P::less(a, b), a, c); },
                [](float a, float b, float c) { return a < b ? a : c; }) == 0);
    CHECK(check([](reg a, reg b, reg c) { return P::select(P::is_nan(a), b, c); },
                [](float a, float b, float c) { return a != a ? b : c; }) == 0);

    CHECK(!P::any(P::less(P::splat(1.0f), P::splat(1.0f))));
    for (std::size_t lane = 0; lane < P::lanes; ++lane) { // each by itself is seen
        std::array<float, P::lanes> one = {};
        one[lane] = 2.0f;
        const reg a = P::load(one.data());
        CHECK(P::any(P::less(P::splat(1.0f), a)));
        CHECK((laminate::pack::group<P, 2>::any({{P::less(a, a), P::less(P::splat(1.0f), a)}})));
    }
}

TEMPLATE_LIST_TEST_CASE("pack: bits of floats", "[pack]", all_packs) {
    using P = TestType;
    using reg = typename P::reg;
    const auto check = [](auto word, auto meaning) { return differences<P>(word, meaning); };

    CHECK(check([](reg a, reg, reg) { return P::abs(a); },
                [](float a, float, float) { return std::fabs(a); }) == 0);
    CHECK(check([](reg a, reg b, reg) { return P::copysign(a, b); },
                [](float a, float b, float) { return std::copysign(a, b); }) == 0);
    CHECK(check([](reg, reg, reg) { return P::splat(-0.0f); },
                [](float, float, float) { return -0.0f; }) == 0);
    for (int n = -126; n <= 127; ++n) {
        std::array<float, P::lanes> out = {};
        P::store(out.data(), P::pow2(P::splat(static_cast<float>(n))));
        for (float f : out)
            REQUIRE(same_bits(f, std::ldexp(1.0f, n)));
    }
}

TEMPLATE_LIST_TEST_CASE("pack: mantissa and exponent", "[pack]", all_packs) {
    using P = TestType;
    const auto lane = [](typename P::reg a) {
        std::array<float, P::lanes> out = {};
        P::store(out.data(), a);
        return out[P::lanes - 1];
    };
    laminate::test::random r(9);
    std::vector<float> inputs = {1.0f, 0x1p-126f, 0x1.fffffep127f, 0x1.6a09e6p0f, 0x1.6a09e8p0f};
    for (int i = 0; i < 20'000; ++i)
        inputs.push_back(std::fabs(r.any()));
    for (float x : inputs) {
        if (!std::isnormal(x)) continue;
        const float m = lane(P::mantissa(P::splat(x)));
        const float n = lane(P::exponent(P::splat(x)));
        REQUIRE(m >= 0x1.6a09e6p-1f);
        REQUIRE(m < 0x1.6a09e8p0f);
        REQUIRE(same_bits(std::ldexp(m, static_cast<int>(n)), x));
    }
}

TEMPLATE_LIST_TEST_CASE("pack: a copied sign also marks a NaN", "[pack]", all_packs) {
    using P = TestType;
    std::array<float, P::lanes> out = {};
    P::store(out.data(), P::copysign(P::splat(1.0f), P::splat(-not_a_number)));
    for (float f : out)
        CHECK(f == -1.0f);
}

TEMPLATE_LIST_TEST_CASE("pack: one and a little, times a power of two", "[pack]", all_packs) {
    using P = TestType;
    const auto check = [](auto word, int largest) {
        laminate::test::random r(6);
        int found = 0;
        for (int n = -158; n <= largest; ++n)
            for (int i = 0; i < 200; ++i) {
                const float a = i == 0 ? 0.0f : r.uniform(0.499f);
                std::array<float, P::lanes> out = {};
                P::store(out.data(), word(P::splat(a), P::splat(static_cast<float>(n))));
                for (float f : out)
                    if (!same_bits(f, std::ldexp(rounded(1.0f + a), n)) && found++ < 5)
                        UNSCOPED_INFO(std::hexfloat << a << ' ' << n << " gives " << f);
            }
        return found;
    };
    using reg = typename P::reg;
    CHECK(check([](reg a, reg n) { return P::template scale_1p<128>(a, n); }, 128) == 0);
    CHECK(check([](reg a, reg n) { return P::template scale_1p<0>(a, n); }, 0) == 0);
    std::array<float, P::lanes> out = {};
    P::store(out.data(), P::template scale_1p<128>(P::splat(not_a_number), P::splat(not_a_number)));
    for (float f : out)
        CHECK(std::isnan(f));
}

TEMPLATE_LIST_TEST_CASE("pack: a table of eight", "[pack]", all_packs) {
    using P = TestType;
    using reg = typename P::reg;
    static constexpr laminate::pack::table squares = {
        {0.0f, 1.0f, 4.0f, 9.0f, 16.0f, 25.0f, 36.0f, -0.0f}};
    const auto meaning = [](int shift) {
        return [shift](float a, float, float) {
            return squares.entry[std::bit_cast<std::uint32_t>(a) >> shift & 7u];
        };
    };
    CHECK(differences<P>([](reg a, reg, reg) { return P::template lookup<0>(squares, a); },
                         meaning(0)) == 0);
    CHECK(differences<P>([](reg a, reg, reg) { return P::template lookup<22>(squares, a); },
                         meaning(22)) == 0);
    CHECK(differences<P>([](reg a, reg, reg) { return P::template lookup<29>(squares, a); },
                         meaning(29)) == 0);
}

TEMPLATE_LIST_TEST_CASE("pack: partial loads and stores", "[pack]", all_packs) {
    using P = TestType;
    for (std::size_t n = 1; n <= P::lanes; ++n) {
        INFO(n << " of " << P::lanes << " lanes");
        const laminate::test::tight_buffer in(n);
        for (std::size_t i = 0; i < n; ++i)
            in[i] = static_cast<float>(i + 1);

        std::array<float, P::lanes> loaded = {};
        P::store(loaded.data(), P::load_first(in.data(), n));
        std::array<float, P::lanes> masked = {};
        P::store(masked.data(), P::select(P::first(n), P::splat(1.0f), P::splat(2.0f)));
        for (std::size_t i = 0; i < P::lanes; ++i) {
            CHECK(same_bits(loaded[i], i < n ? static_cast<float>(i + 1) : 0.0f));
            CHECK(masked[i] == (i < n ? 1.0f : 2.0f));
        }

        const laminate::test::guarded_buffer out(n);
        P::store_first(out.data(), P::splat(3.0f), n);
        CHECK(out.intact());
        for (std::size_t i = 0; i < n; ++i)
            CHECK(out[i] == 3.0f);
    }
}

// How many floats are written is known when this is compiled, which is a path of its own.
template <class P, std::size_t N>
void check_known_store() {
    INFO(N << " of " << P::lanes << " lanes");
    std::array<float, P::lanes> in = {};
    laminate::test::fill(in, N);
    const laminate::test::guarded_buffer out(N);
    P::store_first(out.data(), P::load(in.data()), N);
    CHECK(out.intact());
    for (std::size_t i = 0; i < N; ++i)
        CHECK(out[i] == in[i]);
}
TEMPLATE_LIST_TEST_CASE("pack: partial stores of known size", "[pack]", all_packs) {
    []<std::size_t... I>(std::index_sequence<I...>) { (check_known_store<TestType, I + 1>(), ...); }
    (std::make_index_sequence<TestType::lanes>{});
}

TEMPLATE_LIST_TEST_CASE("pack: positions of what isn't zero", "[pack]", all_packs) {
    using P = TestType;
    constexpr std::array values = {0.0f, -0.0f, 1.0f, denormal, -denormal, not_a_number, inf};
    laminate::test::random r(5);
    for (int round = 0; round < 1000; ++round) {
        std::array<float, P::lanes> in = {};
        std::vector<std::uint32_t> expected;
        for (std::size_t l = 0; l < P::lanes; ++l) {
            in[l] = values[r.below(values.size())];
            if (in[l] != 0.0f) expected.push_back(100 + static_cast<std::uint32_t>(l));
        }
        std::array<std::uint32_t, P::lanes> found = {};
        const std::size_t count = P::store_nonzero(found.data(), P::load(in.data()), 100);
        REQUIRE(std::vector(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count)) ==
                expected);
    }
}

// The numbers of the lanes that a word puts where lanes 0, 1, ... were.
template <class P>
std::vector<float> lanes_of(typename P::reg a) {
    std::vector<float> out(P::lanes);
    P::store(out.data(), a);
    return out;
}
template <class P, class From>
std::vector<float> expected_lanes(From from) {
    std::vector<float> expected(P::lanes);
    for (std::size_t l = 0; l < P::lanes; ++l)
        expected[l] = static_cast<float>(from(l));
    return expected;
}

template <class P, std::size_t Times, std::size_t Part = 0>
void check_spread(typename P::reg numbered) {
    constexpr std::size_t first = Part * (P::lanes / Times);
    CHECK(lanes_of<P>(P::template spread<Times, Part>(numbered)) ==
          expected_lanes<P>([](std::size_t l) { return first + l / Times; }));
    if constexpr (Part + 1 < Times)
        check_spread<P, Times, Part + 1>(numbered);
    else if constexpr (Times * 2 <= P::lanes)
        check_spread<P, Times * 2>(numbered);
}

template <class P, std::size_t N>
void check_repeated(typename P::reg numbered) {
    const laminate::test::tight_buffer few(N);
    for (std::size_t i = 0; i < N; ++i)
        few[i] = static_cast<float>(i);
    CHECK(lanes_of<P>(P::template load_repeated<N>(few.data())) ==
          expected_lanes<P>([](std::size_t l) { return l % N; }));
    constexpr std::size_t last = P::lanes - N;
    CHECK(lanes_of<P>(P::template repeated<N, last / N>(numbered)) ==
          expected_lanes<P>([](std::size_t l) { return last + l % N; }));
    auto found = lanes_of<P>(P::template every<N>(numbered));
    auto expected = expected_lanes<P>([](std::size_t l) { return l * N; });
    found.resize(P::lanes / N);
    expected.resize(P::lanes / N);
    CHECK(found == expected);
    if constexpr (2 * N <= P::lanes) check_repeated<P, 2 * N>(numbered);
}

template <class P, std::size_t N>
void check_shifted(typename P::reg numbered) {
    auto found = lanes_of<P>(P::template shifted<N>(numbered));
    auto expected = expected_lanes<P>([](std::size_t l) { return l + N; });
    found.resize(P::lanes - N);
    expected.resize(P::lanes - N);
    CHECK(found == expected);
    if constexpr (N > 1) check_shifted<P, N / 2>(numbered);
}

TEMPLATE_LIST_TEST_CASE("pack: lanes that move", "[pack]", all_packs) {
    using P = TestType;
    std::array<float, P::lanes> numbers = {};
    for (std::size_t l = 0; l < P::lanes; ++l)
        numbers[l] = static_cast<float>(l);
    const typename P::reg numbered = P::load(numbers.data());
    if constexpr (P::lanes > 1) {
        CHECK(lanes_of<P>(P::template load_repeated<1>(numbers.data() + 1)) ==
              expected_lanes<P>([](std::size_t) { return 1; }));
        check_repeated<P, 2>(numbered);
        CHECK(lanes_of<P>(P::template splat_of_four<3>(numbered)) ==
              expected_lanes<P>([](std::size_t l) { return l / 4 * 4 + 3; }));
        CHECK(lanes_of<P>(P::template swapped<2>(numbered)) ==
              expected_lanes<P>([](std::size_t l) { return l ^ 2; }));
        constexpr std::size_t half = P::lanes / 2;
        CHECK(lanes_of<P>(P::template joined<half>(numbered, numbered)) ==
              expected_lanes<P>([](std::size_t l) { return l % half; }));
        CHECK(lanes_of<P>(
                  P::select(P::template first_of_each<4>(3), P::splat(1.0f), P::splat(0.0f))) ==
              expected_lanes<P>([](std::size_t l) { return l % 4 < 3 ? 1 : 0; }));
        check_spread<P, 2>(numbered);
        check_shifted<P, P::lanes / 2>(numbered);
    }
    P::prefetch(nullptr); // no address is wrong
}

TEMPLATE_LIST_TEST_CASE("pack: loads and stores at any address", "[pack]", all_packs) {
    using P = TestType;
    std::vector<float> in(4 * P::lanes);
    laminate::test::fill(in, 3);
    for (std::size_t at = 0; at <= 2 * P::lanes; ++at) {
        const laminate::test::guarded_buffer out(P::lanes);
        P::store(out.data(), P::load(in.data() + at));
        REQUIRE(out.intact());
        for (std::size_t i = 0; i < P::lanes; ++i)
            REQUIRE(out[i] == in[at + i]);
    }
}

// The emulation, which only targets without FMA and constant expressions use.
TEST_CASE("pack: fma is exact in constant expressions", "[pack]") {
    using laminate::pack::exact_fma;
    // 1 + 2^-23 squared is 1 + 2^-22 + 2^-46; rounding twice would lose the last term.
    constexpr float e = 0x1.000002p0f;
    static_assert(exact_fma(e, e, -0x1.000004p0f) == 0x1p-46f, "the product isn't rounded");
    // 2^24 + 3 - 2^-46: in double it rounds to 2^24 + 3, which is a tie in float that breaks
    // upwards.
    static_assert(exact_fma(0x1.000002p0f, 0x1.fffffcp-1f, 0x1.000002p24f) == 0x1.000002p24f,
                  "no double rounding");
    static_assert(exact_fma(0x1p-75f, 0x1p-75f, 1.0f) == 1.0f, "the smallest product adds nothing");
    static_assert(same_bits(exact_fma(-0.0f, 1.0f, -0.0f), -0.0f), "-0 + -0 is -0");
    static_assert(same_bits(exact_fma(1.0f, 0.0f, -0.0f), 0.0f), "0 + -0 is 0");
    static_assert(exact_fma(0x1p-100f, 0x1p-49f, 0.0f) == denormal, "results may be denormal");
    // A product a little below half of the last place, which the sum in double takes for half.
    constexpr float c = 0x1p-133f - denormal;
    static_assert(exact_fma(0x1.000002p-75f, 0x1.fffffcp-76f, c) == c,
                  "no double rounding of denormal results");
    static_assert(exact_fma(0x1.000002p51f, 0x1.fffffcp51f, 0x1.fffffep127f) == 0x1.fffffep127f,
                  "nor of the largest");
    SUCCEED();
}

TEST_CASE("pack: the square root without the instruction has its bits", "[pack]") {
    using laminate::pack::newton_sqrt;
    laminate::test::random r(10);
    int different = 0;
    for (float x : special)
        if (!same_bits(newton_sqrt(x), std::sqrt(x))) ++different;
    for (int i = 0; i < 200'000; ++i) {
        // Floats whose root is nearly halfway between two others come from squares of such points.
        const float any = r.any();
        const double half = 1.0 + (2.0 * static_cast<double>(r.below(1U << 23)) + 1.0) * 0x1p-24;
        const auto near_tie = static_cast<float>(half * half);
        for (float x : {any, near_tie})
            if (!same_bits(newton_sqrt(x), std::sqrt(x)) && different++ < 5)
                UNSCOPED_INFO(std::hexfloat << x);
    }
    CHECK(different == 0);
}

TEST_CASE("pack: the emulation of fma has the bits of the instruction", "[pack]") {
    using laminate::pack::emulated_fma;
    using laminate::pack::round_to_odd;
    using laminate::pack::sum_error;
    laminate::test::random r(2);
    int different = 0;
    for (std::size_t round = 0; round < 1'000'000; ++round) {
        const auto [a, b, c] = operands(r, round % 3);
        const double product = static_cast<double>(a) * static_cast<double>(b);
        const double sum = product + static_cast<double>(c);
        const double odd = round_to_odd(sum, sum_error(product, static_cast<double>(c), sum));
        for (float emulated : {static_cast<float>(odd), emulated_fma(a, b, c)})
            if (!same_bits(emulated, std::fma(a, b, c)) && different++ < 5)
                UNSCOPED_INFO(std::hexfloat << a << ' ' << b << ' ' << c);
    }
    CHECK(different == 0);
}

namespace {

struct without_fma : laminate::pack::scalar {
    static void fma(float, float, float) = delete;
};

} // namespace

TEST_CASE("pack: each has all words, and the concept misses none", "[pack]") {
    using laminate::pack::words;
    static_assert(words<laminate::pack::scalar> && words<laminate::pack::portable> &&
                      words<laminate::pack::xsimd>,
                  "a kernel runs on all of them");
    static_assert(!words<without_fma> && !words<int>, "what isn't a pack is seen");
    SUCCEED();
}
