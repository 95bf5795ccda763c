// SPDX-License-Identifier: MIT
#pragma once

// Times two ways of doing the same work against each other.
// Needs only the standard library.
// Promises medians of interleaved samples, so that a slow moment of the machine hits both.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

namespace demo {

/// Makes the compiler believe that somebody reads what `where` points to.
inline void keep(const void* where) {
#if defined(__GNUC__)
    asm volatile("" : : "r"(where) : "memory");
#else
    static const void* volatile reader;
    reader = where;
#endif
}

/// Nanoseconds per item: the median of the samples, and the quartiles below and above it.
struct timing {
    double low, median, high;
};

inline constexpr std::size_t samples = 301;
inline constexpr std::size_t warm_up = 30;

template <class Work>
double nanoseconds(Work& work) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    work();
    return std::chrono::duration<double, std::nano>(clock::now() - start).count();
}

/// Each call of `first` or `second` does `items` items; give it some microseconds of them.
template <class First, class Second>
std::array<timing, 2> compare(First first, Second second, std::size_t items) {
    std::array<std::vector<double>, 2> taken;
    for (std::size_t i = 0; i < warm_up + samples; ++i) {
        const double one = nanoseconds(first);
        const double two = nanoseconds(second);
        if (i < warm_up) continue;
        taken[0].push_back(one / static_cast<double>(items));
        taken[1].push_back(two / static_cast<double>(items));
    }
    const auto summary = [](std::vector<double>& all) {
        std::sort(all.begin(), all.end());
        return timing{all[samples / 4], all[samples / 2], all[samples - 1 - samples / 4]};
    };
    return {summary(taken[0]), summary(taken[1])};
}

/// One line of at most 80 columns; `scale` is the time that the longest bar stands for.
inline std::string timing_line(const std::string& name, const timing& t, double scale) {
    constexpr double longest = 28;
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << "  " << std::left << std::setw(18) << name
         << std::right << std::setw(7) << t.median << " ns" << std::setw(9) << t.low << " .. "
         << std::left << std::setw(7) << t.high << ' '
         << std::string(static_cast<std::size_t>(longest * std::min(t.median / scale, 1.0)), '#')
         << '\n';
    return text.str();
}

} // namespace demo
