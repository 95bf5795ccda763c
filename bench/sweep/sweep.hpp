// SPDX-License-Identifier: MIT
#pragma once

// Times a list of networks at batches from 1 to 4096 and prints one line of JSON for each point,
// with the limits that the same process finds. Needs the library; ../sweep.py writes the programs
// that include this. Promises that each network gives the same bits for a row and for a batch
// before it is timed, and medians of several samples.

#include "../limits.hpp"
#include "../networks.hpp"

#include <laminate/train/steps/initialise.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <span>
#include <vector>

namespace sweep {

namespace lam = laminate;

inline constexpr std::array<std::size_t, 10> batches = {1, 2, 3, 5, 8, 17, 64, 100, 1000, 4096};
inline constexpr std::size_t most_rows = batches.back();

// Nanoseconds of a call: the median of samples of at least 0.4 ms each, of 3 to 11 of them in about
// 5 ms. Of the processor's time, so that another program on the core counts for nothing.
template <class Call>
double time_of(const Call& call) {
    const auto sample = [&call](std::size_t calls) {
        const std::clock_t begin = std::clock();
        for (std::size_t i = 0; i < calls; ++i) {
            call(i);
            asm volatile("" ::: "memory");
        }
        return 1e9 / CLOCKS_PER_SEC * static_cast<double>(std::clock() - begin);
    };
    constexpr double sample_ns = 4e5;
    std::size_t calls = 1;
    double total = sample(calls);
    while (total < sample_ns) {
        const double wanted = static_cast<double>(calls) * 1.2 * sample_ns / std::max(total, 1.0);
        calls = std::clamp(static_cast<std::size_t>(wanted), calls + 1, calls * 100);
        total = sample(calls);
    }
    std::vector<double> samples(static_cast<std::size_t>(std::clamp(5e6 / total, 3.0, 11.0)));
    for (double& s : samples)
        s = sample(calls) / static_cast<double>(calls);
    std::nth_element(samples.begin(),
                     samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2),
                     samples.end());
    return samples[samples.size() / 2];
}

template <class Network>
void measure() {
    using model_type = lam::model<Network>;
    constexpr std::size_t inputs = model_type::inputs;
    constexpr std::size_t outputs = model_type::outputs;
    constexpr const auto& plan = lam::plan(Network{});
    model_type model;
    lam::initialise(model, 1);
    const std::vector<float> in = bench::seeded_rows(most_rows * inputs);
    std::vector<float> out(most_rows * outputs);
    const auto one = [&](std::size_t row) {
        model(std::span<const float, inputs>(&in[row * inputs], inputs),
              std::span<float, outputs>(&out[row * outputs], outputs));
    };
    const auto batch = [&](std::size_t rows) {
        model.batch(std::span(in).first(rows * inputs), std::span(out).first(rows * outputs));
    };

    constexpr std::size_t checked = 100;
    batch(checked);
    const std::uint64_t hash = bench::hash_bits(std::span(out).first(checked * outputs));
    for (std::size_t row = 0; row < checked; ++row)
        one(row);
    if (bench::hash_bits(std::span(out).first(checked * outputs)) != hash) {
        std::fprintf(stderr, "%s: a row and a batch give different bits\n", Network::name);
        std::exit(1);
    }

    // Twice over everything, of which the better counts, because another program may disturb the
    // caches for a while.
    struct point {
        double ns = std::numeric_limits<double>::infinity();
        double peak = 0.0;
    };
    std::array<point, batches.size()> points;
    double bandwidth = 0.0;
    for (int pass = 0; pass < 2; ++pass) {
        // What has to be read: the parameters as declared, without padding.
        bandwidth = std::max(bandwidth, bench::load_bandwidth(plan.parameters * sizeof(float)));
        for (std::size_t b = 0; b < batches.size(); ++b) {
            auto& [ns, peak] = points[b];
            peak = std::max(peak, bench::fma_peak());
            ns = std::min(ns, batches[b] == 1 ? time_of([&](std::size_t i) { one(i % 8); })
                                              : time_of([&](std::size_t) { batch(batches[b]); }));
        }
    }
    for (std::size_t b = 0; b < batches.size(); ++b)
        std::printf("{\"network\": \"%s\", \"batch\": %zu, \"ns\": %.2f, \"multiply_adds\": %zu, "
                    "\"parameters\": %zu, \"gflops\": %.1f, \"gbs\": %.1f}\n",
                    Network::name, batches[b], points[b].ns, plan.multiply_adds, plan.parameters,
                    points[b].peak, bandwidth);
}

template <class... Networks>
void measure_all() {
    (measure<Networks>(), ...);
}

} // namespace sweep
