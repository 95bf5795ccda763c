// SPDX-License-Identifier: MIT
// Fused against unfused for the networks of networks.hpp at batch 1, 64 and 1024: time per row, and
// the share of what the same run finds the machine can do. Before it measures anything, it checks
// that single calls, batches and the unfused form give the same bits; their hash is in the report,
// and is the same with every compiler and instruction set.

#include "limits.hpp"
#include "networks.hpp"
#include "report_main.hpp"

#include <benchmark/benchmark.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace {

namespace lam = laminate;

constexpr std::size_t most_rows = 1024;

// A network's model and rows, made once.
template <class Network>
struct subject {
    using model = lam::model<Network>;
    static constexpr std::size_t inputs = model::inputs;
    static constexpr std::size_t outputs = model::outputs;

    const model fused = bench::seeded_model<Network>();
    lam::unfused_model<model> unfused = lam::unfused(fused);
    const std::vector<float> in = bench::seeded_rows(most_rows * inputs);
    std::vector<float> out = std::vector<float>(most_rows * outputs);

    std::span<const float, inputs> row_in(std::size_t row) const {
        return std::span<const float, inputs>(&in[row * inputs], inputs);
    }
    std::span<float, outputs> row_out(std::size_t row) {
        return std::span<float, outputs>(&out[row * outputs], outputs);
    }

    static subject& instance() {
        static subject it;
        return it;
    }
};

template <class Network>
void check() {
    auto& s = subject<Network>::instance();
    s.fused.batch(s.in, s.out);
    const std::uint64_t hash = bench::hash_bits(s.out);
    const auto must_agree = [&](const char* form) {
        if (bench::hash_bits(s.out) == hash) return;
        std::fprintf(stderr, "%s: %s gives other bits than the fused batch\n", Network::name, form);
        std::exit(1);
    };
    for (std::size_t row = 0; row < most_rows; ++row)
        s.fused(s.row_in(row), s.row_out(row));
    must_agree("a single call");
    s.unfused.batch(s.in, s.out);
    must_agree("the unfused batch");
    for (std::size_t row = 0; row < most_rows; ++row)
        s.unfused(s.row_in(row), s.row_out(row));
    must_agree("a single unfused call");
    char text[17];
    std::snprintf(text, sizeof text, "%016" PRIx64, hash);
    benchmark::AddCustomContext(std::string("hash_") + Network::name, text);
}

// Counters from the time of all iterations: `rows` rows each, against the limit that applies, which
// is measured anew each time because clocks drift.
template <class Network>
void report(benchmark::State& state, double rows) {
    constexpr auto& plan = lam::plan(Network{});
    const double done = rows * static_cast<double>(state.iterations());
    using benchmark::Counter;
    state.counters["ns_per_row"] = Counter(done / 1e9, Counter::kIsRate | Counter::kInvert);
    const double flop = 2.0 * static_cast<double>(plan.multiply_adds);
    state.counters["gflops"] = Counter(done * flop / 1e9, Counter::kIsRate);
    // Batch 1 reads each weight once per row, so bandwidth limits it; more rows share the weights.
    if (rows > 1.0) {
        const double peak = bench::fma_peak();
        state.counters["share_of_peak"] = Counter(done * flop / 1e9 / peak, Counter::kIsRate);
        state.counters["peak_gflops"] = peak;
    } else {
        const double bandwidth = bench::load_bandwidth(plan.weight_bytes);
        const double bytes = static_cast<double>(plan.weight_bytes);
        state.counters["share_of_bandwidth"] =
            Counter(done * bytes / 1e9 / bandwidth, Counter::kIsRate);
        state.counters["bandwidth_gbs"] = bandwidth;
    }
}

template <class Network, class Run>
void measure(benchmark::State& state, std::size_t rows, const Run& run) {
    auto& s = subject<Network>::instance();
    float* to = s.out.data();
    bench::pretend_to_use(to); // so that results are results
    if (rows == 1) {
        // The input changes from call to call, as it does in use.
        std::size_t row = 0;
        for (auto _ : state) {
            run(s.row_in(row), s.row_out(row));
            benchmark::ClobberMemory();
            row = (row + 1) % 8;
        }
    } else {
        const std::span in = std::span(s.in).first(rows * s.inputs);
        const std::span out = std::span(s.out).first(rows * s.outputs);
        for (auto _ : state) {
            run(in, out);
            benchmark::ClobberMemory();
        }
    }
    report<Network>(state, static_cast<double>(rows));
}

template <class Network>
void add() {
    check<Network>();
    for (const std::size_t rows : {std::size_t{1}, std::size_t{64}, most_rows}) {
        const std::string name = std::string(Network::name) + "/" + std::to_string(rows) + "/";
        benchmark::RegisterBenchmark((name + "fused").c_str(), [rows](benchmark::State& state) {
            const auto& model = subject<Network>::instance().fused;
            measure<Network>(state, rows, [&model](auto in, auto out) {
                if constexpr (decltype(in)::extent == subject<Network>::inputs)
                    model(in, out);
                else
                    model.batch(in, out);
            });
        });
        benchmark::RegisterBenchmark((name + "unfused").c_str(), [rows](benchmark::State& state) {
            auto& model = subject<Network>::instance().unfused;
            measure<Network>(state, rows, [&model](auto in, auto out) {
                if constexpr (decltype(in)::extent == subject<Network>::inputs)
                    model(in, out);
                else
                    model.batch(in, out);
            });
        });
    }
}

} // namespace

int main(int argc, char** argv) {
    bench::for_each(bench::networks{}, [](auto network) { add<decltype(network)>(); });
    return bench::run(argc, argv);
}
