// SPDX-License-Identifier: MIT
#pragma once

// What the machine could do at best, measured in the run that is compared with it: multiply-adds
// from registers, and bytes loaded from the cache that holds a given number of them, by a pack of
// choice. Promises figures of one core under the clock of the moment: the median of several tries,
// as what is compared with them is a median too. C++17: `laminate bench` compiles it too.

#include <laminate/base/compiler.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

// The compiler must assume that `value`, and what it points at, is used and changed. (Google
// Benchmark 1.7's DoNotOptimize leaves another value in its place with GCC 12.)
template <class T>
void pretend_to_use(T& value) {
    asm volatile("" : "+m"(value) : : "memory");
}

template <class Function>
double nanoseconds(Function f) {
    using clock = std::chrono::steady_clock;
    const auto begin = clock::now();
    f();
    return std::chrono::duration<double, std::nano>(clock::now() - begin).count();
}

// The median of what f() returns in so many attempts.
template <class Function>
double median_of(std::size_t attempts, Function f) {
    std::vector<double> results(attempts);
    for (double& result : results)
        result = f();
    const auto middle = results.begin() + static_cast<std::ptrdiff_t>(attempts / 2);
    std::nth_element(results.begin(), middle, results.end());
    return *middle;
}

// GFLOP/s of independent chains of fma: enough to hide its latency, few enough for the registers.
template <class Pack>
double fma_peak_of() {
    constexpr std::size_t chains = 12;
    constexpr std::size_t steps = 20'000;
    return median_of(21, [] {
        typename Pack::reg factor = Pack::splat(0.9375f);
        typename Pack::reg term = Pack::splat(0.0625f);
        pretend_to_use(factor);
        pretend_to_use(term);
        typename Pack::reg sum[chains];
        // Through copies: GCC 12 stores an array whose address is used at each step of the loop.
        LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) {
            typename Pack::reg start = Pack::splat(static_cast<float>(c));
            pretend_to_use(start);
            sum[c] = start;
        }
        const double time = nanoseconds([&] {
            for (std::size_t step = 0; step < steps; ++step)
                LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) sum[c] =
                    Pack::fma(sum[c], factor, term);
        });
        LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) {
            typename Pack::reg result = sum[c];
            pretend_to_use(result);
        }
        return 2.0 * chains * Pack::lanes * steps / time;
    });
}

// GB/s of reading `bytes` again and again in order; with Ahead, each line is fetched 2 KiB before.
template <class Pack, bool Ahead>
double ordered_bandwidth(std::size_t bytes) {
    constexpr std::size_t chains = 8;
    constexpr std::size_t block = chains * Pack::lanes;
    const std::size_t floats = std::max(block, bytes / sizeof(float) / block * block);
    // Registers must not cross cache lines.
    constexpr std::size_t line = 64 / sizeof(float);
    const std::vector<float> memory(floats + line, 1.0f);
    const std::size_t crossed =
        reinterpret_cast<std::uintptr_t>(memory.data()) / sizeof(float) % line;
    const float* const first = memory.data() + (line - crossed);
    const std::size_t repetitions = std::max<std::size_t>(2, (std::size_t{4} << 20) / floats);
    return median_of(11, [&] {
        const double time = nanoseconds([&] {
            typename Pack::reg sum[chains];
            LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) sum[c] = Pack::splat(0.0f);
            for (std::size_t repetition = 0; repetition < repetitions; ++repetition)
                for (std::size_t i = 0; i < floats; i += block)
                    LAMINATE_UNROLL for (std::size_t c = 0; c < chains; ++c) {
                        const float* const at = first + i + c * Pack::lanes;
                        if constexpr (Ahead) Pack::prefetch(at + 512);
                        sum[c] = Pack::add(sum[c], Pack::load(at));
                    }
            LAMINATE_UNROLL for (std::size_t c = 1; c < chains; ++c) sum[0] =
                Pack::add(sum[0], sum[c]);
            typename Pack::reg total = sum[0];
            pretend_to_use(total);
        });
        return static_cast<double>(floats * sizeof(float) * repetitions) / time;
    });
}

// The bandwidth of the smallest cache that holds `bytes`. What comes from behind the L2 cache comes
// faster with prefetches, the rest without.
template <class Pack>
double load_bandwidth_of(std::size_t bytes) {
    return std::max(ordered_bandwidth<Pack, false>(bytes), ordered_bandwidth<Pack, true>(bytes));
}

} // namespace bench
