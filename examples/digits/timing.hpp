// SPDX-License-Identifier: MIT
#pragma once

// Times some ways of doing the same work against each other.
// Needs only the standard library, and C++17: the generated source is timed with it, too.
// Promises medians of interleaved samples, so that a slow moment of the machine hits both.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
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

inline constexpr std::size_t rows_of_batch = 64;

inline constexpr std::size_t samples = 301;
inline constexpr std::size_t warm_up = 30;

template <class Work>
double nanoseconds(Work& work) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    work();
    return std::chrono::duration<double, std::nano>(clock::now() - start).count();
}

/// Each call of one of `works` does `items` items; give it some microseconds of them.
template <class... Works>
std::array<timing, sizeof...(Works)> compare(std::size_t items, Works... works) {
    std::array<std::vector<double>, sizeof...(Works)> taken;
    for (std::size_t i = 0; i < warm_up + samples; ++i) {
        std::size_t which = 0;
        for (const double all : {nanoseconds(works)...}) {
            if (i >= warm_up) taken[which].push_back(all / static_cast<double>(items));
            ++which;
        }
    }
    std::array<timing, sizeof...(Works)> summary;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        std::sort(taken[i].begin(), taken[i].end());
        summary[i] = {taken[i][samples / 4], taken[i][samples / 2],
                      taken[i][samples - 1 - samples / 4]};
    }
    return summary;
}

/// One line of at most 80 columns, with how many times as fast as `slowest` it is.
inline std::string timing_line(const std::string& name, const timing& t, const timing& slowest) {
    constexpr double longest = 18;
    const double share = std::min(t.median / slowest.median, 1.0);
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << "  " << std::left << std::setw(18) << name
         << std::right << std::setw(8) << t.median << " ns" << std::setw(8) << t.low << " .. "
         << std::left << std::setw(7) << t.high << std::right << std::setw(6)
         << slowest.median / t.median << " x  "
         << std::string(static_cast<std::size_t>(std::lround(longest * share)), '#') << '\n';
    return text.str();
}

} // namespace demo
