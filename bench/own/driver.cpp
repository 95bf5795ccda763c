// SPDX-License-Identifier: MIT
// The program that `laminate bench` compiles with the three forms of a network, fused, unfused and
// plain loops: checks that fused and unfused give the same bits, times all of them in turns on one
// core, and the machine's limits beside them. Prints a line a figure, which codegen/bench reads,
// and lines that begin with # of what it is doing. usage: driver <rows> <results> <seconds>
// <batch>...

#include <fused.hpp>
#include <laminate/pack/portable.hpp>
#include <ports.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "clock.hpp"
#include "limits.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace {

using fused::inputs;
using fused::outputs;

// Multiply-adds without the instruction are a product and a sum.
struct limit_pack : laminate::pack::portable {
#if !defined(__FMA__) && !defined(__AVX512F__) && !defined(__aarch64__)
    static reg fma(reg a, reg b, reg c) { return add(mul(a, b), c); }
#endif
};

using bench::ns_per_tick;
using bench::ticks;

// Stays on the core where it is; its number, or -1 where that can't be.
int stay_on_core() {
#if defined(__linux__)
    const int core = ::sched_getcpu();
    if (core < 0 || core >= CPU_SETSIZE) return -1;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(core), &only);
    if (::sched_setaffinity(0, sizeof only, &only) == 0) return core;
#endif
    return -1;
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// That this program had the processor for.
double processor_seconds() {
    return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

template <class T>
T quantile(std::vector<T>& all, double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(all.size() - 1) + 0.5);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(all.begin(), middle, all.end());
    return *middle;
}

constexpr std::array<const char*, 3> names = {"fused", "unfused", "loops"};
std::vector<float> unfused_scratch;

void reserve_scratch(std::size_t rows) {
    unfused_scratch.resize(std::max(unfused_scratch.size(), rows * unfused::scratch_floats));
}

// Where input or output number `port` begins among all of them.
template <std::size_t Ports>
constexpr std::size_t begin_of(const std::size_t (&floats)[Ports], std::size_t port) {
    std::size_t begin = 0;
    for (std::size_t p = 0; p < port; ++p)
        begin += floats[p];
    return begin;
}

template <std::size_t... Port>
constexpr std::array<std::size_t, sizeof...(Port)>
begins(const std::size_t (&floats)[sizeof...(Port)], std::index_sequence<Port...>) {
    return {begin_of(floats, Port)...};
}
using in_ports = std::make_index_sequence<std::size(ports::in)>;
using out_ports = std::make_index_sequence<std::size(ports::out)>;
constexpr auto in_begin = begins(ports::in, in_ports{});
constexpr auto out_begin = begins(ports::out, out_ports{});

// f(in, ..., out, ..., more...) with row number `row` of each port, of `rows` that lie one behind
// the other, before those of the next port. (Of one row, that is a row of all ports.)
template <class Function, std::size_t... In, std::size_t... Out, class... More>
void with_ports(std::index_sequence<In...>, std::index_sequence<Out...>, const float* in,
                float* out, std::size_t rows, std::size_t row, Function f, More... more) {
    f(in + in_begin[In] * rows + ports::in[In] * row...,
      out + out_begin[Out] * rows + ports::out[Out] * row..., more...);
}

// One row in form F of `names`.
template <std::size_t F>
void infer(const float* in, float* out, std::size_t rows = 1, std::size_t row = 0) {
    const auto run = [](auto... all) {
        if constexpr (F == 0) fused::infer(all...);
        if constexpr (F == 1) unfused::infer(all..., unfused_scratch.data());
        if constexpr (F == 2) loops::infer(all...);
    };
    with_ports(in_ports{}, out_ports{}, in, out, rows, row, run);
}

// The first `count` of so many rows.
template <std::size_t F>
void infer_batch(const float* in, float* out, std::size_t rows, std::size_t count) {
    const auto run = [](auto... all) {
        if constexpr (F == 0) fused::infer_batch(all...);
        if constexpr (F == 1) unfused::infer_batch(all..., unfused_scratch.data());
    };
    if constexpr (F != 2) with_ports(in_ports{}, out_ports{}, in, out, rows, 0, run, count);
    if constexpr (F == 2)
        for (std::size_t row = 0; row < count; ++row)
            infer<F>(in, out, rows, row);
}

// f(form) for each form; a form is its number as a type.
template <class Function>
void for_each_form(Function f) {
    f(std::integral_constant<std::size_t, 0>{});
    f(std::integral_constant<std::size_t, 1>{});
    f(std::integral_constant<std::size_t, 2>{});
}

// A NaN is a NaN, whatever its bits.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::memcmp(&a[i], &b[i], sizeof(float)) != 0 && !(a[i] != a[i] && b[i] != b[i]))
            return false;
    return true;
}

// Rows of all ports as those of each port, one behind the other, or the way back.
template <std::size_t Ports>
std::vector<float> by_port(const std::vector<float>& rows, const std::size_t (&floats)[Ports],
                           bool back = false) {
    const std::size_t width = begin_of(floats, Ports);
    const std::size_t count = rows.size() / width;
    std::vector<float> all(rows.size());
    for (std::size_t p = 0; p < Ports; ++p)
        for (std::size_t row = 0; row < count; ++row)
            for (std::size_t u = 0; u < floats[p]; ++u) {
                const std::size_t of_row = row * width + begin_of(floats, p) + u;
                const std::size_t of_port = begin_of(floats, p) * count + row * floats[p] + u;
                all[back ? of_row : of_port] = rows[back ? of_port : of_row];
            }
    return all;
}

// The outputs of all rows by form F, in one batch or row by row.
template <std::size_t F>
std::vector<float> results(const std::vector<float>& rows, bool batch) {
    const std::size_t count = rows.size() / inputs;
    std::vector<float> out(count * outputs);
    if (batch) {
        infer_batch<F>(by_port(rows, ports::in).data(), out.data(), count, count);
        return by_port(out, ports::out, true);
    }
    for (std::size_t row = 0; row < count; ++row)
        infer<F>(rows.data() + row * inputs, &out[row * outputs]);
    return out;
}

// The rows of batches that are timed: those of the file, again and again.
std::vector<float> repeated(const std::vector<float>& rows, std::size_t count) {
    std::vector<float> all(count * inputs);
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = rows[i % rows.size()];
    return by_port(all, ports::in);
}

// ns of f(i) without a clock in between: the median over as many rounds as fit into `seconds`, each
// of as many calls as take 20 us, the forms in turns. call<F>(i) is one call.
template <class Calls>
std::array<double, 3> back_to_back(double seconds, const Calls& calls) {
    std::array<std::size_t, 3> count = {1, 1, 1};
    std::array<std::vector<double>, 3> taken;
    const auto time = [&](auto form) {
        const std::size_t n = count[form];
        return bench::nanoseconds([&] {
                   for (std::size_t i = 0; i < n; ++i)
                       calls(form, i);
               }) /
               static_cast<double>(n);
    };
    for_each_form([&](auto form) {
        time(form); // warms up
        const double once = std::max(time(form), 1.0);
        count[form] = static_cast<std::size_t>(std::max(20'000.0 / once, 1.0));
    });
    const double end = now() + seconds;
    do
        for_each_form([&](auto form) { taken[form].push_back(time(form)); });
    while (now() < end || taken[0].size() < 3);
    return {quantile(taken[0], 0.5), quantile(taken[1], 0.5), quantile(taken[2], 0.5)};
}

// Single calls by the clock, what reading it takes subtracted.
class stopwatch {
public:
    stopwatch() : tick_(ns_per_tick()) {
        std::vector<std::uint64_t> readings;
        for (int i = 0; i < 10'000; ++i) {
            const std::uint64_t begin = ticks();
            readings.push_back(ticks() - begin);
        }
        overhead_ = quantile(readings, 0.5);
    }
    double ns(std::uint64_t time) const {
        return tick_ * static_cast<double>(time > overhead_ ? time - overhead_ : 0);
    }
    double clock_ns() const { return tick_ * static_cast<double>(overhead_); }

private:
    double tick_;
    std::uint64_t overhead_ = 0;
};

void print(const char* what, const char* form, const stopwatch& watch,
           std::vector<std::uint64_t>& taken, std::size_t evicted) {
    std::printf("%s %s %.6g %.6g %.6g %zu %zu\n", what, form, watch.ns(quantile(taken, 0.5)),
                watch.ns(quantile(taken, 0.99)), watch.ns(quantile(taken, 0.999)), taken.size(),
                evicted);
}

// One row, each call behind the last: bits of the outputs that are masked away are mixed into the
// inputs, so that the processor has to wait for them and the inputs stay.
class dependent_calls {
public:
    explicit dependent_calls(const std::vector<float>& rows) : rows_(rows), out_(outputs) {
        for (std::size_t at = 0; at < rows.size(); at += inputs)
            for (const std::size_t begin : in_begin)
                first_.push_back(bits_of(rows[at + begin]));
        bench::pretend_to_use(none_);
    }

    template <std::size_t F>
    void call(std::size_t i) {
        const std::size_t row = i % (rows_.size() / inputs);
        float* const x = &rows_[row * inputs];
        std::uint32_t nothing = 0;
        for (const std::size_t begin : out_begin)
            nothing |= bits_of(out_[begin]) & none_;
        for (std::size_t p = 0; p < in_begin.size(); ++p) {
            const std::uint32_t bits = first_[row * in_begin.size() + p] | nothing;
            std::memcpy(x + in_begin[p], &bits, sizeof bits);
        }
        infer<F>(x, out_.data());
        asm volatile("" : : "g"(out_.data()) : "memory");
    }

private:
    static std::uint32_t bits_of(float x) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &x, sizeof bits);
        return bits;
    }

    std::vector<float> rows_;
    std::vector<float> out_;
    std::vector<std::uint32_t> first_; // of each input, row by row
    std::uint32_t none_ = 0;
};

void time_single_calls(const stopwatch& watch, const std::vector<float>& rows, double seconds) {
    dependent_calls it(rows);
    constexpr std::size_t most = 200'000; // of a form
    constexpr std::size_t turn = 100;
    std::array<std::vector<std::uint64_t>, 3> taken;
    const double end = now() + seconds;
    for (std::vector<std::uint64_t>& times : taken)
        times.reserve(most);
    do
        for_each_form([&](auto form) {
            for (std::size_t i = 0; i < turn + 10; ++i) {
                const std::uint64_t begin = ticks();
                it.call<form>(i);
                const std::uint64_t time = ticks() - begin;
                if (i >= 10) taken[form].push_back(time); // behind those that warm up
                if (i >= 10 && now() > end && taken[form].size() >= 10) break;
            }
        });
    while (now() < end && taken[0].size() + turn <= most);
    for_each_form([&](auto form) { print("latency", names[form], watch, taken[form], 0); });
}

// One row after all caches have been filled with something else.
void time_cold_calls(const stopwatch& watch, const std::vector<float>& rows, double seconds) {
    const std::vector<std::uint64_t> other((std::size_t{64} << 20) / sizeof(std::uint64_t), 1);
    std::vector<float> out(outputs);
    std::array<std::vector<std::uint64_t>, 3> taken;
    const double end = now() + seconds;
    const auto evict = [&other] {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < other.size(); i += 64 / sizeof(std::uint64_t))
            sum += other[i];
        bench::pretend_to_use(sum);
    };
    std::size_t row = 0;
    do
        for_each_form([&](auto form) {
            evict();
            const float* const x = &rows[row++ % (rows.size() / inputs) * inputs];
            const std::uint64_t begin = ticks();
            infer<form>(x, out.data());
            taken[form].push_back(ticks() - begin);
        });
    while (now() < end || taken[0].size() < 3);
    for_each_form([&](auto form) {
        print("cold", names[form], watch, taken[form], other.size() * sizeof(std::uint64_t));
    });
}

// ns a row of batches; plain loops know no batches, so fewer rows do where they take long.
std::array<double, 3> time_batches(const std::vector<float>& rows, std::size_t count,
                                   double seconds) {
    reserve_scratch(count);
    const std::vector<float> in = repeated(rows, count);
    std::vector<float> out(count * outputs);
    std::size_t loop_rows = 1;
    for (double spent = 0.0; loop_rows < count && spent < 1e6; loop_rows *= 2)
        spent =
            bench::nanoseconds([&] { infer_batch<2>(in.data(), out.data(), count, loop_rows); });
    loop_rows = std::min(loop_rows, count);
    std::array<double, 3> ns = back_to_back(seconds, [&](auto form, std::size_t) {
        infer_batch<form>(in.data(), out.data(), count, form == 2 ? loop_rows : count);
        asm volatile("" : : "g"(out.data()) : "memory");
    });
    for (std::size_t f = 0; f < ns.size(); ++f)
        ns[f] /= static_cast<double>(f == 2 ? loop_rows : count);
    return ns;
}

std::array<double, 3> time_rows(const std::vector<float>& rows, double seconds) {
    const std::size_t different = rows.size() / inputs;
    std::vector<float> out(outputs);
    return back_to_back(seconds, [&](auto form, std::size_t i) {
        infer<form>(&rows[i % different * inputs], out.data());
        asm volatile("" : : "g"(out.data()) : "memory");
    });
}

// All that is known of calls with so many rows, and the least that the machine needs for a row: its
// multiply-adds at the peak, or the weights of a call from the cache that holds them.
void report(std::size_t count, const std::array<double, 3>& ns) {
    const double peak = bench::fma_peak_of<limit_pack>();
    const double bandwidth =
        bench::load_bandwidth_of<limit_pack>(std::max<std::size_t>(fused::weight_bytes, 1));
    const double by_fma = 2.0 * static_cast<double>(fused::multiply_adds) / peak;
    const double by_load =
        static_cast<double>(fused::weight_bytes) / bandwidth / static_cast<double>(count);
    std::printf("rows %zu %.6g %.6g %.6g %.6g %.6g %.6g %.6g\n", count, ns[0], ns[1], ns[2], peak,
                bandwidth, by_fma, by_load);
    std::fflush(stdout);
}

std::vector<float> read_rows(const char* path) {
    std::vector<float> rows;
    std::FILE* const file = std::fopen(path, "rb");
    for (float x = 0.0f; file != nullptr && std::fread(&x, sizeof x, 1, file) == 1;)
        rows.push_back(x);
    if (file != nullptr) std::fclose(file);
    return rows;
}

// What the plain loops give is compared with the reference, by whoever started this.
bool write_results(const char* path, const std::vector<float>& fused_out,
                   const std::vector<float>& loops_out) {
    std::FILE* const file = std::fopen(path, "wb");
    if (file == nullptr) return false;
    bool fine = true;
    for (const std::vector<float>* out : {&fused_out, &loops_out})
        fine = std::fwrite(out->data(), sizeof(float), out->size(), file) == out->size() && fine;
    return std::fclose(file) == 0 && fine;
}

void say(const std::string& what) {
    std::printf("# %s\n", what.c_str());
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    const std::vector<float> rows = read_rows(argv[1]);
    if (rows.empty()) return 2;
    say("comparing results");
    reserve_scratch(rows.size() / inputs);
    const std::vector<float> expected = results<0>(rows, false);
    const bool agree = same(expected, results<0>(rows, true)) &&
                       same(expected, results<1>(rows, false)) &&
                       same(expected, results<1>(rows, true));
    std::printf("same %d\n", agree ? 1 : 0);
    if (!write_results(argv[2], expected, results<2>(rows, false))) return 2;
    if (!agree) return 0;

    const double part = std::atof(argv[3]) / (argc + 1); // five for one row, one a batch
    std::printf("core %d\n", stay_on_core());
    const double begin = now();
    const double used = processor_seconds();
    const stopwatch watch;
    std::printf("clock %.6g\n", watch.clock_ns());
    say("timing one row, back to back");
    report(1, time_rows(rows, part));
    say("timing one row, each call behind the last");
    time_single_calls(watch, rows, part);
    say("timing one row with cold caches");
    time_cold_calls(watch, rows, 3.0 * part);
    for (int i = 4; i < argc; ++i) {
        say(std::string("timing ") + argv[i] + " rows");
        const std::size_t count = std::strtoul(argv[i], nullptr, 10);
        report(count, time_batches(rows, count, part));
    }
    std::printf("had %.6g\n", (processor_seconds() - used) / (now() - begin));
    std::puts("done");
    return 0;
}
