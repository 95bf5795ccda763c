// SPDX-License-Identifier: MIT
// How long single calls take, one by one, for the networks of networks.hpp: a histogram of 10^6
// calls, or as many as take 8 s, once with inputs that don't depend on anything and once where each
// input depends on the output before it; beside it the time per call of a loop that no clock
// interrupts. Prints one line of JSON for each; latency.py makes a table and a plot of them. usage:
// latency_bench [calls] [network]...

#include "limits.hpp"
#include "networks.hpp"

#include <laminate/train/number_text.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

namespace {

namespace lam = laminate;

// A clock that is read after all instructions before it have finished, and before any behind it
// begins: the processor's own on x86, which ticks evenly whatever its speed.
inline std::uint64_t ticks() {
#if defined(__x86_64__) || defined(__i386__)
    unsigned core = 0;
    const std::uint64_t now = __rdtscp(&core);
    _mm_lfence();
    return now;
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

double ns_per_tick() {
    const std::uint64_t before = ticks();
    const double ns = bench::nanoseconds([] {
        const auto begin = std::chrono::steady_clock::now();
        while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(50)) {
        }
    });
    return ns / static_cast<double>(ticks() - before);
}

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

enum class input : std::uint8_t { independent, dependent };

template <class Network>
class subject {
    using model_type = lam::model<Network>;
    static constexpr std::size_t inputs = model_type::inputs;

public:
    // One call. A dependent one adds 0 times an output of the call before to its first element: the
    // processor has to wait for that output, and the compiler can't know that it is 0.
    template <input Kind>
    void call(std::size_t i) {
        float* const x = &rows_[i % different * inputs];
        if constexpr (Kind == input::dependent) x[0] = first_[i % different] + out_[0] * zero_;
        model_(std::span<const float, inputs>(x, inputs), out_);
        asm volatile("" : : "g"(out_.data()) : "memory");
    }

    template <input Kind>
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
        print(Kind == input::dependent ? "dependent" : "independent", per_call, times, tick);
    }

private:
    static constexpr std::size_t different = 64;

    static void print(const char* kind, double per_call, const histogram& times, double tick) {
        // What two readings of the clock with nothing in between take is not the network's.
        const auto [overhead, step] = clock_overhead();
        const auto ns = [&](std::uint64_t time) {
            return tick * static_cast<double>(time > overhead ? time - overhead : 0);
        };
        std::printf("{\"network\": \"%s\", \"input\": \"%s\", \"calls\": %llu, \"per_call\": %.2f, "
                    "\"clock\": %.2f, \"clock_step\": %.2f, \"median\": %.2f, \"p99\": %.2f, "
                    "\"p999\": %.2f, "
                    "\"worst\": %.2f, \"histogram\": [",
                    Network::name, kind, static_cast<unsigned long long>(times.total()), per_call,
                    tick * static_cast<double>(overhead), tick * static_cast<double>(step),
                    ns(times.quantile(0.5)), ns(times.quantile(0.99)), ns(times.quantile(0.999)),
                    ns(times.worst()));
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
        it.template measure<input::independent>(calls, tick);
        it.template measure<input::dependent>(calls, tick);
    });
}
