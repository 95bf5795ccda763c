// SPDX-License-Identifier: MIT

// Tries every float on the elementwise functions of truth.hpp: error, monotony, range, and what
// happens at zeros, infinities and NaN. Needs nothing but the library. Promises exit code 0 where
// all hold what they state, 1 where one doesn't, 2 for a wrong command line, 130 if interrupted.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "laminate/pack/portable.hpp"
#include "laminate/pack/scalar.hpp"
#include "laminate/pack/xsimd.hpp"
#include "truth.hpp"

namespace truth = laminate::truth;

namespace {

constexpr std::uint64_t all_floats = std::uint64_t{1} << 32;
constexpr std::size_t block =
    4096; // inputs evaluated at a time: they stay in the first-level cache

constexpr const char* usage = R"(exhaustive [function...] [--every N] [--pack portable|xsimd|scalar]

Tries the named functions (all, if none is named) on all 2^32 floats and prints the worst error.
  --every N   only every N-th float (N odd), and all special ones
  --pack P    the pack to compute with (portable)
  --help      this text
Functions:)";

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics: use std::sig_atomic_t here");
extern "C" void interrupt(int) { interrupted = true; }

// The place-th float in rising order: negative NaNs, -inf, ..., -0, +0, ..., inf, NaNs.
float float_at(std::uint64_t place) {
    const auto key = static_cast<std::uint32_t>(place);
    return __builtin_bit_cast(float, (key & 0x80000000U) != 0 ? key ^ 0x80000000U : ~key);
}

struct options {
    std::vector<std::string_view> functions;
    std::uint64_t every = 1;
    std::string_view pack = "portable";
};

// What was seen of one function, over some of its inputs; reports of different inputs add up.
struct report {
    struct fall {
        float from, to, result_from, result_to;
    };
    struct outcome {
        float input, result;
    };
    std::uint64_t inputs = 0;
    double worst = -1.0;
    outcome worst_at{};
    std::uint64_t falls = 0, outside = 0, wrong_specials = 0;
    std::optional<fall> first_fall;
    std::optional<outcome> first_outside, first_special;
    std::uint64_t hash = 0; // of all results, whatever the order

    void add(const report& other) {
        inputs += other.inputs;
        if (other.worst > worst) worst = other.worst, worst_at = other.worst_at;
        falls += other.falls, outside += other.outside, wrong_specials += other.wrong_specials;
        if (!first_fall) first_fall = other.first_fall;
        if (!first_outside) first_outside = other.first_outside;
        if (!first_special) first_special = other.first_special;
        hash += other.hash;
    }
};

// Counts towards a report's hash; one NaN is as good as another.
std::uint64_t mixed(float input, float result) {
    const std::uint64_t out =
        result != result ? 0x7fc00000U : __builtin_bit_cast(std::uint32_t, result);
    std::uint64_t x =
        (std::uint64_t{__builtin_bit_cast(std::uint32_t, input)} << 32 | out) * 0x9e3779b97f4a7c15U;
    return (x ^ x >> 29) * 0xbf58476d1ce4e5b9U;
}

template <class Pack, class Functor>
void evaluate(std::span<const float, block> in, std::span<float, block> out) {
    constexpr Functor f;
    for (std::size_t i = 0; i < block; i += Pack::lanes)
        Pack::store(&out[i], f(Pack{}, Pack::load(&in[i]), 0));
}

template <class Function>
void check_errors(const Function& f, std::span<const float> in, std::span<const float> out,
                  report& seen) {
    static thread_local std::array<double, block> errors;
    double worst = 0.0;
    for (std::size_t i = 0; i < in.size(); ++i)
        errors[i] = truth::ulp_error(out[i], f.exact(static_cast<double>(in[i])));
    for (std::size_t i = 0; i < in.size(); ++i)
        worst = std::max(worst, errors[i]);
    if (worst <= seen.worst) return;
    const auto at = static_cast<std::size_t>(
        std::find(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(in.size()), worst) -
        errors.begin());
    seen.worst = worst;
    seen.worst_at = {in[at], out[at]};
}

template <class Function>
void check_range(const Function& f, std::span<const float> in, std::span<const float> out,
                 report& seen) {
    std::uint64_t outside = 0;
    for (const float y : out)
        outside += y < f.lowest || y > f.highest ? 1 : 0;
    seen.outside += outside;
    if (outside == 0 || seen.first_outside) return;
    std::size_t i = 0;
    while (!(out[i] < f.lowest || out[i] > f.highest))
        ++i;
    seen.first_outside = {in[i], out[i]};
}

// in and out begin with the last input of the samples before.
void check_monotony(std::span<const float> in, std::span<const float> out, report& seen) {
    std::uint64_t falls = 0;
    for (std::size_t i = 1; i < out.size(); ++i)
        falls += out[i] < out[i - 1] ? 1 : 0;
    seen.falls += falls;
    if (falls == 0 || seen.first_fall) return;
    std::size_t i = 1;
    while (!(out[i] < out[i - 1]))
        ++i;
    seen.first_fall = {in[i - 1], in[i], out[i - 1], out[i]};
}

// The samples first, ..., last - 1 of every `step`-th float; the one before takes part in the
// check of monotony, so that no step between two blocks escapes.
template <class Pack, class Function>
report check_samples(const Function& f, std::uint64_t first, std::uint64_t last,
                     std::uint64_t step) {
    std::array<float, block> in{}, out{};
    report seen;
    while (first < last) {
        const std::uint64_t begin = first > 0 ? first - 1 : 0;
        const std::size_t count = std::min<std::uint64_t>(block, last - begin);
        for (std::size_t i = 0; i < count; ++i)
            in[i] = float_at((begin + i) * step);
        evaluate<Pack, typename Function::functor>(in, out);
        const auto inputs = std::span<const float>(in).first(count);
        const auto results = std::span<const float>(out).first(count);
        const auto fresh = static_cast<std::size_t>(first - begin);
        check_errors(f, inputs.subspan(fresh), results.subspan(fresh), seen);
        check_range(f, inputs.subspan(fresh), results.subspan(fresh), seen);
        if (f.monotone) check_monotony(inputs, results, seen);
        for (std::size_t i = fresh; i < count; ++i)
            seen.hash += mixed(in[i], out[i]);
        seen.inputs += count - fresh;
        first = begin + count;
    }
    return seen;
}

// Zeros, infinities, NaN, and the neighbours of zeros, infinities and normal numbers.
template <class Pack, class Function>
report check_specials(const Function& f) {
    using limits = std::numeric_limits<float>;
    std::array<float, block> in{}, out{};
    std::size_t count = 0;
    for (const float x : {0.0f, limits::infinity(), limits::quiet_NaN(), limits::denorm_min(),
                          limits::min(), limits::min() - limits::denorm_min(), limits::max()})
        in[count++] = x, in[count++] = -x;
    evaluate<Pack, typename Function::functor>(in, out);
    report seen;
    check_errors(f, std::span<const float>(in).first(count),
                 std::span<const float>(out).first(count), seen);
    for (std::size_t i = 0; i < count; ++i) {
        const auto exact = static_cast<float>(f.exact(static_cast<double>(in[i])));
        const bool must_be_exact = i < 6;
        const bool right = exact != exact ? out[i] != out[i]
                                          : __builtin_bit_cast(std::uint32_t, exact) ==
                                                __builtin_bit_cast(std::uint32_t, out[i]);
        if (!must_be_exact || right) continue;
        ++seen.wrong_specials;
        if (!seen.first_special) seen.first_special = {in[i], out[i]};
    }
    return seen;
}

// Splits the samples into pieces that the threads take one after another.
template <class Pack, class Function>
report check_all(const Function& f, std::uint64_t step) {
    const std::uint64_t samples = (all_floats + step - 1) / step;
    const std::uint64_t pieces = std::min<std::uint64_t>(samples, 2048);
    std::atomic<std::uint64_t> taken{0}, done{0};
    report total = check_specials<Pack>(f);
    std::mutex adding;

    const auto work = [&] {
        for (std::uint64_t i; !interrupted && (i = taken++) < pieces; ++done) {
            const report seen =
                check_samples<Pack>(f, samples * i / pieces, samples * (i + 1) / pieces, step);
            const std::lock_guard lock(adding);
            total.add(seen);
        }
    };
    std::vector<std::thread> threads(std::max(1U, std::thread::hardware_concurrency()));
    for (std::thread& t : threads)
        t = std::thread(work);
    if (isatty(STDERR_FILENO) != 0) {
        while (!interrupted && done < pieces) {
            std::fprintf(stderr, "\r%.*s %3d %% ", static_cast<int>(f.name.size()), f.name.data(),
                         static_cast<int>(100 * done / pieces));
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        std::fprintf(stderr, "\r%24s\r", "");
    }
    for (std::thread& t : threads)
        t.join();
    return total;
}

// Prints one line of facts and one for each broken promise; true if there is none.
template <class Function>
bool print(const Function& f, const report& seen, double seconds) {
    constexpr double stated = Function::functor::max_ulp;
    const auto [x, y] = seen.worst_at;
    std::printf(
        "%-10s %10llu inputs, worst %.4f ulp (stated %g) at %a = %.9g, which gives %.9g instead "
        "of %.12g; results %016llx; %.1f s\n",
        std::string(f.name).c_str(), static_cast<unsigned long long>(seen.inputs), seen.worst,
        stated, static_cast<double>(x), static_cast<double>(x), static_cast<double>(y),
        f.exact(static_cast<double>(x)), static_cast<unsigned long long>(seen.hash), seconds);
    const bool accurate = seen.worst <= stated;
    if (!accurate) std::printf("  BROKEN: the error exceeds what is stated\n");
    if (seen.first_fall) {
        const auto& fall = *seen.first_fall;
        std::printf("  BROKEN: not monotone, %llu times, such as f(%a) = %a > f(%a) = %a\n",
                    static_cast<unsigned long long>(seen.falls), static_cast<double>(fall.from),
                    static_cast<double>(fall.result_from), static_cast<double>(fall.to),
                    static_cast<double>(fall.result_to));
    }
    if (seen.first_outside)
        std::printf("  BROKEN: outside of [%g, %g], %llu times, such as f(%a) = %a\n",
                    static_cast<double>(f.lowest), static_cast<double>(f.highest),
                    static_cast<unsigned long long>(seen.outside),
                    static_cast<double>(seen.first_outside->input),
                    static_cast<double>(seen.first_outside->result));
    if (seen.first_special)
        std::printf("  BROKEN: f(%g) = %g\n", static_cast<double>(seen.first_special->input),
                    static_cast<double>(seen.first_special->result));
    std::fflush(stdout);
    return accurate && !seen.first_fall && !seen.first_outside && !seen.first_special;
}

// Calls use(f) for each function of the list.
template <class Use>
void for_each_function(const Use& use) {
    std::apply([&](const auto&... f) { (use(f), ...); }, truth::functions);
}

template <class Pack>
bool check_chosen(const options& chosen) {
    bool all_hold = true;
    for_each_function([&](const auto& f) {
        const bool named = std::find(chosen.functions.begin(), chosen.functions.end(), f.name) !=
                           chosen.functions.end();
        if (interrupted || (!named && !chosen.functions.empty())) return;
        const auto start = std::chrono::steady_clock::now();
        const report seen = check_all<Pack>(f, chosen.every);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        all_hold = print(f, seen, taken.count()) && all_hold;
    });
    return all_hold;
}

bool known_function(std::string_view name) {
    bool known = false;
    for_each_function([&](const auto& f) { known = known || f.name == name; });
    return known;
}

std::optional<std::uint64_t> odd_number(std::string_view text) {
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || n % 2 == 0 || n >= all_floats) return std::nullopt;
    return n;
}

// The command line, or what is wrong with it.
struct parsed {
    options chosen;
    std::string wrong;
};

parsed parse(std::span<char* const> arguments) {
    parsed result;
    const auto wrong = [&](std::string sentence) {
        result.wrong = std::move(sentence);
        return result;
    };
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        const bool takes_value = word == "--every" || word == "--pack";
        if (takes_value && i + 1 == arguments.size())
            return wrong(std::string(word) + " needs a value");
        if (word == "--every") {
            const auto n = odd_number(arguments[++i]);
            if (!n)
                return wrong("--every needs an odd number below 2^32, not '" +
                             std::string(arguments[i]) + "'");
            result.chosen.every = *n;
        } else if (word == "--pack") {
            result.chosen.pack = arguments[++i];
            if (result.chosen.pack != "portable" && result.chosen.pack != "xsimd" &&
                result.chosen.pack != "scalar")
                return wrong("--pack needs portable, xsimd or scalar, not '" +
                             std::string(arguments[i]) + "'");
        } else if (word.substr(0, 1) == "-") {
            return wrong("no option '" + std::string(word) + "'");
        } else if (!known_function(word)) {
            return wrong("no function '" + std::string(word) + "'");
        } else {
            result.chosen.functions.push_back(word);
        }
    }
    return result;
}

void print_usage() {
    std::fputs(usage, stdout);
    for_each_function([](const auto& f) { std::printf(" %s", std::string(f.name).c_str()); });
    std::putchar('\n');
}

} // namespace

int main(int argc, char** argv) {
    const std::span<char* const> arguments(argv + 1,
                                           static_cast<std::size_t>(std::max(argc, 1) - 1));
    if (std::any_of(arguments.begin(), arguments.end(),
                    [](const char* word) { return std::string_view(word) == "--help"; })) {
        print_usage();
        return 0;
    }
    const auto [chosen, wrong] = parse(arguments);
    if (!wrong.empty()) {
        std::fprintf(stderr, "exhaustive: %s (see exhaustive --help)\n", wrong.c_str());
        return 2;
    }
    std::signal(SIGINT, interrupt);
    const bool hold = chosen.pack == "xsimd"    ? check_chosen<laminate::pack::xsimd>(chosen)
                      : chosen.pack == "scalar" ? check_chosen<laminate::pack::scalar>(chosen)
                                                : check_chosen<laminate::pack::portable>(chosen);
    if (interrupted)
        std::fprintf(stderr, "exhaustive: interrupted; the counts above say how far it came\n");
    return !hold ? 1 : interrupted ? 130 : 0;
}
