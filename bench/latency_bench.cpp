// SPDX-License-Identifier: MIT
// How long single calls take, one by one, for the networks of networks.hpp: a histogram of 10^6
// calls, once with inputs that don't depend on anything and once where each input depends on the
// output before it, and beside it the time per call of a loop that no clock interrupts. Then calls
// that find cold caches, as they do where other work runs between them: as many as take 8 s with
// what lies between, once with all in L3 and once in memory. Prints one line of JSON for each;
// latency.py makes a table and a plot of them. usage: latency_bench [calls] [network]...

#include "limits.hpp"
#include "networks.hpp"
#include "own/clock.hpp"

#include <laminate/file/number_text.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#if defined(__clang__)
#define COMPILER __VERSION__
#else
#define COMPILER "GCC " __VERSION__
#endif

namespace {

namespace lam = laminate;

using bench::ns_per_tick;
using bench::ticks;

// Counts of times, exact below 512 ticks and to 1/256 above; the greatest is exact. Few of its
// cache lines are in use, so that it doesn't disturb what it measures as a list of all times would.
class histogram {
public:
    void add(std::uint64_t time) {
        ++counts_[place(time)];
        ++total_;
        worst_ = std::max(worst_, time);
    }
    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::uint64_t worst() const { return worst_; }

    // The time that a share of all calls doesn't exceed.
    [[nodiscard]] std::uint64_t quantile(double share) const {
        const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
        std::uint64_t seen = 0;
        for (std::size_t at = 0; at < counts_.size(); ++at) {
            seen += counts_[at];
            if (seen > wanted) return std::min(time_at(at), worst_);
        }
        return worst_;
    }

    // Calls f(time, calls) for each time that occurred, in order.
    template <class Function>
    void for_each(const Function& f) const {
        for (std::size_t at = 0; at < counts_.size(); ++at)
            if (counts_[at] != 0) f(std::min(time_at(at), worst_), counts_[at]);
    }

private:
    static constexpr unsigned fine_bits = 8;
    static constexpr std::uint64_t fine = std::uint64_t{1} << fine_bits;

    // Times from fine * 2^shift on have steps of 2^shift.
    static std::size_t place(std::uint64_t time) {
        const auto width = static_cast<unsigned>(std::bit_width(time));
        const unsigned shift = width > fine_bits + 1 ? width - fine_bits - 1 : 0;
        return static_cast<std::size_t>(shift * fine + (time >> shift));
    }
    // The greatest time in a place.
    static std::uint64_t time_at(std::size_t at) {
        const std::uint64_t shift = at < 2 * fine ? 0 : at / fine - 1;
        return ((at - shift * fine + 1) << shift) - 1;
    }

    std::vector<std::uint64_t> counts_ =
        std::vector<std::uint64_t>((64 - fine_bits + 1) * static_cast<std::size_t>(fine));
    std::uint64_t total_ = 0;
    std::uint64_t worst_ = 0;
};

enum class kind : std::uint8_t { independent, dependent, from_l3, from_memory };

constexpr const char* name_of(kind k) {
    constexpr std::array names = {"independent", "dependent", "cold, from L3", "cold, from memory"};
    return names[static_cast<std::size_t>(k)];
}

// The bytes of a core's cache of this level, as Linux says, else a size that few exceed. (The C
// library adds up the L3 caches of all cores on some processors.)
std::size_t cache_bytes(int level, std::size_t otherwise) {
    for (int index = 0; index < 8; ++index) {
        const std::string folder =
            "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
        int found = 0;
        std::size_t kib = 0;
        if (std::ifstream(folder + "level") >> found && found == level &&
            std::ifstream(folder + "size") >> kib)
            return kib << 10;
    }
    return otherwise;
}

// Drives everything else out of a core's own caches, or out of all: reads several times as much as
// they hold, which takes the place of data, code and addresses of pages alike.
class eviction {
public:
    explicit eviction(kind k)
        : memory_(k == kind::from_l3 ? 4 * cache_bytes(2, std::size_t{2} << 20)
                                     : 2 * cache_bytes(3, std::size_t{64} << 20),
                  1) {}

    void operator()() const {
        unsigned sum = 0;
        for (std::size_t at = 0; at < memory_.size(); at += 64)
            sum += memory_[at];
        bench::pretend_to_use(sum);
    }

private:
    std::vector<unsigned char> memory_;
};

template <class Network>
class subject {
    using model_type = lam::model<Network>;
    static constexpr std::size_t inputs = model_type::inputs;

public:
    // One call. A dependent one adds 0 times an output of the call before to its first element: the
    // processor has to wait for that output, and the compiler can't know that it is 0.
    template <kind Kind>
    void call(std::size_t i) {
        float* const x = &rows_[i % different * inputs];
        if constexpr (Kind == kind::dependent) x[0] = first_[i % different] + out_[0] * zero_;
        infer(x);
    }

    template <kind Kind>
    void measure(std::uint64_t calls, double tick) {
        bench::pretend_to_use(zero_);
        // Without a clock in between; at least 20 ms, after a first round that warms up.
        double per_call = 0.0;
        std::size_t round = 64;
        for (double time = 0.0; time < 2e7; round *= 2) {
            time = bench::nanoseconds([&] {
                for (std::size_t i = 0; i < round; ++i)
                    call<Kind>(i);
            });
            per_call = time / static_cast<double>(round);
        }

        histogram times;
        std::uint64_t begin = ticks();
        for (std::size_t i = 0; i < calls; ++i) {
            call<Kind>(i);
            const std::uint64_t end = ticks();
            times.add(end - begin);
            begin = ticks();
        }
        print(Kind, per_call, times, tick);
    }

    // The input has just been written, as in use; all else that the call touches is elsewhere.
    void measure_cold(kind k, std::uint64_t calls, double tick) {
        using clock = std::chrono::steady_clock;
        const eviction evict(k);
        const auto enough = clock::now() + std::chrono::seconds(8);
        histogram times;
        std::vector<float> x(inputs);
        for (std::size_t i = 0; i < calls && clock::now() < enough; ++i) {
            evict();
            std::copy_n(&rows_[i % different * inputs], inputs, x.begin());
            const std::uint64_t begin = ticks();
            infer(x.data());
            times.add(ticks() - begin);
        }
        print(k, 0.0, times, tick);
    }

private:
    static constexpr std::size_t different = 64;

    void infer(const float* x) {
        model_(std::span<const float, inputs>(x, inputs), out_);
        asm volatile("" : : "g"(out_.data()) : "memory");
    }

    // Without `per_call` where there is no loop without a clock.
    static void print(kind k, double per_call, const histogram& times, double tick) {
        // What two readings of the clock with nothing in between take is not the network's.
        const auto [overhead, step] = clock_overhead();
        const auto ns = [&](std::uint64_t time) {
            return tick * static_cast<double>(time > overhead ? time - overhead : 0);
        };
        std::printf("{\"network\": \"%s\", \"kind\": \"%s\", \"calls\": %llu, \"per_call\": %.2f, "
                    "\"clock\": %.2f, \"clock_step\": %.2f, \"median\": %.2f, \"p99\": %.2f, "
                    "\"p999\": %.2f, "
                    "\"worst\": %.2f, \"compiler\": \"" COMPILER ", `" LAMINATE_BENCH_FLAGS
                    "`\", \"histogram\": [",
                    Network::name, name_of(k), static_cast<unsigned long long>(times.total()),
                    per_call, tick * static_cast<double>(overhead),
                    tick * static_cast<double>(step), ns(times.quantile(0.5)),
                    ns(times.quantile(0.99)), ns(times.quantile(0.999)), ns(times.worst()));
        const char* separator = "";
        times.for_each([&](std::uint64_t time, std::uint64_t count) {
            std::printf("%s[%.2f, %llu]", separator, ns(time),
                        static_cast<unsigned long long>(count));
            separator = ", ";
        });
        std::puts("]}");
        std::fflush(stdout);
    }

    // The time between two readings, and by how much the clock advances at a time: some processors'
    // clocks tick in steps of 10 ns.
    struct clock_figures {
        std::uint64_t overhead;
        std::uint64_t step;
    };
    static clock_figures clock_overhead() {
        histogram times;
        std::uint64_t step = ~std::uint64_t{0};
        std::uint64_t before = 0;
        for (int i = 0; i < 100'000; ++i) {
            const std::uint64_t begin = ticks();
            const std::uint64_t time = ticks() - begin;
            times.add(time);
            if (time != before)
                step = std::min(step, std::max(time, before) - std::min(time, before));
            before = time;
        }
        return {times.quantile(0.5), step};
    }

    static std::vector<float> first_elements(std::span<const float> rows) {
        std::vector<float> first(different);
        for (std::size_t row = 0; row < different; ++row)
            first[row] = rows[row * inputs];
        return first;
    }

    const model_type model_ = bench::seeded_model<Network>();
    std::vector<float> rows_ = bench::seeded_rows(different * inputs);
    const std::vector<float> first_ = first_elements(rows_);
    typename model_type::row_out out_ = {};
    float zero_ = 0.0f;
};

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t calls =
        argc > 1 ? lam::detail::number_of<std::uint64_t>(argv[1]).value_or(0) : 1'000'000;
    if (calls == 0) {
        std::fprintf(stderr, "usage: %s [calls] [network]...\n", argv[0]);
        return 2;
    }
    const std::vector<std::string> wanted(argv + std::min(argc, 2), argv + argc);
    const double tick = ns_per_tick();
    bench::for_each(bench::networks{}, [&](auto network) {
        using network_type = decltype(network);
        if (!wanted.empty() &&
            std::find(wanted.begin(), wanted.end(), network_type::name) == wanted.end())
            return;
        subject<network_type> it;
        it.template measure<kind::independent>(calls, tick);
        it.template measure<kind::dependent>(calls, tick);
        it.measure_cold(kind::from_l3, calls, tick);
        it.measure_cold(kind::from_memory, calls, tick);
    });
}
