// SPDX-License-Identifier: MIT
// Standalone sources against the plain C that simple converters write (write_plain_c.cpp), both
// compiled with the same flags: nanoseconds of one row in turns, medians, and the median of the
// ratios of neighbouring measurements. Checks first that both compute the same. Prints a Markdown
// table.

#include "../limits.hpp"
#include "../networks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "digits.hpp"
#include "policy.hpp"
#include "trigger.hpp"

extern "C" {
void policy_plain_c(const float* in, float* out);
void trigger_plain_c(const float* in, float* out);
void digits_plain_c(const float* in, float* out);
}

namespace {

constexpr std::size_t rows = 16;
constexpr std::size_t turns = 41;

double median(std::array<double, turns> values) {
    std::nth_element(values.begin(), values.begin() + turns / 2, values.end());
    return values[turns / 2];
}

template <class Network>
void compare(void (*plain)(const float*, float*), void (*source)(const float*, float*) noexcept) {
    constexpr std::size_t inputs = laminate::model<Network>::inputs;
    constexpr std::size_t outputs = laminate::model<Network>::outputs;
    const std::vector<float> in = bench::seeded_rows(rows * inputs);
    std::array<float, outputs> a = {};
    std::array<float, outputs> b = {};
    for (std::size_t r = 0; r < rows; ++r) {
        plain(&in[r * inputs], a.data());
        source(&in[r * inputs], b.data());
        for (std::size_t o = 0; o < outputs; ++o)
            if (!(std::abs(a[o] - b[o]) < 1e-4f)) {
                std::fprintf(stderr, "%s: the two disagree\n", Network::name);
                std::exit(1);
            }
    }
    const auto time_of = [&](auto function, std::size_t calls) {
        const double all = bench::nanoseconds([&] {
            for (std::size_t call = 0; call < calls; ++call) {
                function(&in[call % rows * inputs], a.data());
                asm volatile("" : : : "memory");
            }
        });
        return all / static_cast<double>(calls);
    };
    const auto calls = static_cast<std::size_t>(1e6 / time_of(plain, 16)) + 1;
    std::array<double, turns> plain_times = {};
    std::array<double, turns> source_times = {};
    std::array<double, turns> ratios = {};
    for (std::size_t turn = 0; turn < turns; ++turn) {
        plain_times[turn] = time_of(plain, calls);
        source_times[turn] = time_of(source, calls);
        ratios[turn] = plain_times[turn] / source_times[turn];
    }
    std::printf("| %s | %.1f | %.1f | %.2f |\n", Network::name, median(plain_times),
                median(source_times), median(ratios));
}

} // namespace

int main() {
    std::printf("%s, flags `%s`\n\n| network | plain C, ns a row | source, ns a row | plain C / "
                "source |\n| --- | ---: | ---: | ---: |\n",
                __VERSION__, LAMINATE_BENCH_FLAGS);
    compare<bench::policy>(policy_plain_c, generated::policy::infer);
    compare<bench::trigger>(trigger_plain_c, generated::trigger::infer);
    compare<bench::digits>(digits_plain_c, generated::digits::infer);
    return 0;
}
