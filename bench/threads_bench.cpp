// SPDX-License-Identifier: MIT
// What threads are worth: rows per second of the networks of networks.hpp in batches of 64, 1024
// and 16384 rows, by batch() and by parallel_batch() with 1, 2, ... threads, at most as many as the
// machine runs at once. Before it measures anything, it checks that all of them give the same bits.

#include "limits.hpp"
#include "networks.hpp"
#include "report_main.hpp"

#include <laminate/model/parallel.hpp>
#include <laminate/model/threads.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace {

namespace lam = laminate;

constexpr std::size_t most_rows = 16384;

template <class Network>
struct subject {
    using model_type = lam::model<Network>;

    const model_type model = bench::seeded_model<Network>();
    const std::vector<float> in = bench::seeded_rows(most_rows * model_type::inputs);
    std::vector<float> out = std::vector<float>(most_rows * model_type::outputs);

    static subject& instance() {
        static subject it;
        return it;
    }
};

// The cores that this program may use, the last first.
std::vector<int> allowed_cores() {
    std::vector<int> cores;
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (int core = CPU_SETSIZE; core-- > 0;)
            if (CPU_ISSET(core, &set)) cores.push_back(core);
#endif
    return cores;
}

// Keeps each thread on a core of its own where there are enough, because some schedulers gather
// threads that often sleep on one core. Parts wait for each other, so that no thread gets two.
void spread(lam::threads& threads, [[maybe_unused]] const std::vector<int>& cores) {
    std::atomic<std::size_t> arrived = 0;
    threads(threads.size(), [&](std::size_t part) {
#if defined(__linux__)
        if (part < cores.size()) {
            cpu_set_t own;
            CPU_ZERO(&own);
            CPU_SET(cores[part], &own);
            sched_setaffinity(0, sizeof own, &own);
        }
#endif
        ++arrived;
        while (arrived < threads.size())
            std::this_thread::yield();
        (void)part;
    });
}

// By batch() itself, or by threads.
template <class Network>
void run(std::size_t rows, lam::threads* threads) {
    auto& s = subject<Network>::instance();
    const std::span in = std::span(s.in).first(rows * s.model.inputs);
    const std::span out = std::span(s.out).first(rows * s.model.outputs);
    if (threads != nullptr)
        lam::parallel_batch(s.model, in, out, *threads);
    else
        s.model.batch(in, out);
}

template <class Network>
void check(lam::threads& threads) {
    auto& s = subject<Network>::instance();
    run<Network>(most_rows, nullptr);
    const std::uint64_t hash = bench::hash_bits(s.out);
    std::fill(s.out.begin(), s.out.end(), 0.0f);
    run<Network>(most_rows, &threads);
    if (bench::hash_bits(s.out) == hash) return;
    std::fprintf(stderr, "%s: %zu threads give other bits than batch()\n", Network::name,
                 threads.size());
    std::exit(1);
}

template <class Network>
void add(const std::vector<std::size_t>& counts, const std::vector<int>& cores) {
    for (const std::size_t rows : {std::size_t{64}, std::size_t{1024}, most_rows}) {
        for (const std::size_t count : counts) {
            const std::string form = count == 0 ? "batch" : std::to_string(count) + "_threads";
            const std::string name =
                std::string(Network::name) + "/" + std::to_string(rows) + "/" + form;
            const auto measure = [rows, count, &cores](benchmark::State& state) {
                lam::threads threads(std::max<std::size_t>(count, 1));
                spread(threads, cores);
                check<Network>(threads);
                auto& s = subject<Network>::instance();
                float* to = s.out.data();
                bench::pretend_to_use(to);
                for (auto _ : state) {
                    run<Network>(rows, count == 0 ? nullptr : &threads);
                    benchmark::ClobberMemory();
                }
                state.counters["rows_per_second"] = benchmark::Counter(
                    static_cast<double>(rows) * static_cast<double>(state.iterations()),
                    benchmark::Counter::kIsRate);
            };
            benchmark::RegisterBenchmark(name.c_str(), measure)->UseRealTime();
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<int> cores = allowed_cores();
    std::vector<std::size_t> counts = {0};
    for (std::size_t count = 1; count <= lam::threads().size(); count *= 2)
        counts.push_back(count);
    bench::for_each(bench::networks{},
                    [&](auto network) { add<decltype(network)>(counts, cores); });
    return bench::run(argc, argv);
}
