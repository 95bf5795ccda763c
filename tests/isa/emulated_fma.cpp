// SPDX-License-Identifier: MIT
// fma where the target has none, against the C library's, on operands that are hard for it.
// Compiled without FMA; for other operands give a seed, and for more of them their number.

#include "support/compare.hpp"
#include "support/random.hpp"

#include <laminate/pack/exact_fma.hpp>
#include <laminate/pack/portable.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

#if defined(__FMA__)
#error "this test is compiled without FMA"
#endif

namespace {

using numbers = laminate::test::random;

struct operands {
    float a, b, c;
};

constexpr std::array special = {0.0f,
                                1.0f,
                                3.0f,
                                0x1p-149f,
                                0x1.fffffcp-127f,
                                0x1p-126f,
                                0x1.fffffep-126f,
                                0x1p-125f,
                                0x1p-75f,
                                0x1p64f,
                                0x1p104f,
                                0x1.fffffep127f,
                                std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN(),
                                std::numeric_limits<float>::signaling_NaN()};

// Any sign and mantissa, and one of `count` exponents from `first` on (that of 1 is 127).
float with_exponent(numbers& r, std::size_t first, std::size_t count) {
    return std::bit_cast<float>((std::bit_cast<std::uint32_t>(r.any()) & 0x807fffffU) |
                                static_cast<std::uint32_t>(first + r.below(count)) << 23);
}
float any_sign(numbers& r, float x) { return r.below(2) == 0 ? x : -x; }

// a * b is 2^exponent, or a little less or more: with u = 2^-23, (1 + i u) (1 - j u) is
// 1 + (i - j) u - i j u^2, for which i and j are chosen such that what isn't 1 is 2^-46 to 2^-30.
operands nearly_power(numbers& r, int exponent) {
    const auto apart = static_cast<double>(r.below(64));
    double i = static_cast<double>(r.below(256));
    if (apart > 0.0)
        i = std::floor(apart / 2 + std::sqrt(apart * 0x1p23)) + static_cast<double>(r.below(2));
    const int of_a = exponent / 2;
    return {
        any_sign(r, std::ldexp(static_cast<float>(1.0 + i * 0x1p-23), of_a)),
        any_sign(r, std::ldexp(static_cast<float>(1.0 - (i - apart) * 0x1p-23), exponent - of_a)),
        0.0f};
}

operands draw(numbers& r) {
    switch (r.below(9)) {
    case 0:
        return {r.any(), r.any(), r.any()};
    case 1: // similar magnitudes
        return {with_exponent(r, 114, 24), with_exponent(r, 114, 24), with_exponent(r, 114, 24)};
    case 2: // special values, and one that isn't at times
        return {any_sign(r, special[r.below(special.size())]),
                any_sign(r, special[r.below(special.size())]),
                r.below(4) == 0 ? r.any() : any_sign(r, special[r.below(special.size())])};
    case 3: { // sums beside a point halfway between two floats, or on it
        const float c = with_exponent(r, 30, 220);
        operands o = nearly_power(r, std::ilogb(c) - 24 - static_cast<int>(r.below(2)));
        o.c = c;
        return o;
    }
    case 4: { // the same where results are denormal, and below
        operands o = nearly_power(r, -150 - static_cast<int>(r.below(3)));
        o.c = with_exponent(r, 0, 2);
        if (r.below(2) == 0) { // few bits, from 0 or from the first that isn't denormal on
            const std::size_t from = r.below(2) << 23;
            const auto bits =
                static_cast<std::uint32_t>(from + r.below(r.below(2) == 0 ? 16 : 1024));
            o.c = any_sign(r, std::bit_cast<float>(bits));
        }
        return o;
    }
    case 5: { // the same where they become infinite
        operands o = nearly_power(r, 102 + static_cast<int>(r.below(3)));
        o.c = any_sign(r, 0x1.fffffep127f);
        return o;
    }
    case 6: { // sums that cancel but for the product's last bits, or all of it
        operands o = {with_exponent(r, 1, 250), with_exponent(r, 1, 250), 0.0f};
        o.c = -(o.a * o.b);
        if (r.below(2) == 0) o.c = std::nextafter(o.c, o.a);
        return o;
    }
    case 7: // a few bits each, whose sums are often halfway without any rounding
        return {any_sign(r, static_cast<float>(r.below(4096))),
                any_sign(r, static_cast<float>(r.below(4096))), with_exponent(r, 145, 8)};
    default: // products far below c, and tiny ones of any kind
        return {with_exponent(r, 0, 90), with_exponent(r, 0, 90), with_exponent(r, 0, 60)};
    }
}

constexpr std::size_t at_once = 8;

struct batch {
    std::array<float, at_once> a, b, c, expected, found;
};

// Compares what `found` holds; says the first few differences.
int differences(const batch& of, const char* form) {
    static int said = 0;
    int different = 0;
    for (std::size_t l = 0; l < at_once; ++l)
        if (!laminate::test::same_bits(of.expected[l], of.found[l])) {
            ++different;
            if (said++ < 20)
                std::printf("%s: fma(%a, %a, %a) is %a, found %a\n", form,
                            static_cast<double>(of.a[l]), static_cast<double>(of.b[l]),
                            static_cast<double>(of.c[l]), static_cast<double>(of.expected[l]),
                            static_cast<double>(of.found[l]));
        }
    return different;
}

template <std::size_t Lanes>
int check_lanes(batch& of, const char* form) {
    using pack = laminate::pack::portable_lanes<Lanes>;
    for (std::size_t l = 0; l < at_once; l += Lanes)
        pack::store(of.found.data() + l,
                    pack::fma(pack::load(of.a.data() + l), pack::load(of.b.data() + l),
                              pack::load(of.c.data() + l)));
    return differences(of, form);
}

} // namespace

int main(int argc, char** argv) {
#if defined(__AVX__)
    if (!__builtin_cpu_supports("avx")) {
        std::puts("skipped: this machine has no AVX");
        return 77;
    }
#endif
    numbers r(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1);
    const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
    std::uint64_t different = 0;
    std::uint64_t in_doubt = 0;
    batch of = {};
    for (std::uint64_t i = 0; i < count; i += at_once) {
        for (std::size_t l = 0; l < at_once; ++l) {
            operands o = draw(r);
            if (r.below(2) == 0) std::swap(o.a, o.b);
            of.a[l] = o.a;
            of.b[l] = o.b;
            of.c[l] = o.c;
            of.expected[l] = std::fma(o.a, o.b, o.c);
            const double product = static_cast<double>(o.a) * static_cast<double>(o.b);
            in_doubt += laminate::pack::in_doubt(product + static_cast<double>(o.c), o.c) ? 1U : 0U;
            of.found[l] = laminate::pack::exact_fma(o.a, o.b, o.c);
        }
        different += static_cast<std::uint64_t>(differences(of, "exact_fma"));
        different += static_cast<std::uint64_t>(check_lanes<4>(of, "four lanes"));
#if defined(__AVX__)
        different += static_cast<std::uint64_t>(check_lanes<8>(of, "eight lanes"));
#endif
    }
    std::printf("%llu of %llu sums were in doubt, %llu are wrong\n",
                static_cast<unsigned long long>(in_doubt), static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(different));
    // Operands that put none in doubt would test nothing.
    return different == 0 && in_doubt * 10 > count ? 0 : 1;
}
