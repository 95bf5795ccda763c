// SPDX-License-Identifier: MIT
// Activations alone, in elements per nanosecond: Laminate's, and those of xsimd, SLEEF, libmvec and
// libm where they have one; each with the worst error found here on 2^24 floats, and whether it
// overflows or underflows early. Whoever is wrong by more than 16 ulp is named and not timed.
// Laminate's also as a share of the time that its multiplications and multiply-adds would take
// alone, at the peak measured in this run.

#include "limits.hpp"
#include "networks.hpp"
#include "report_main.hpp"
#include "vector_math.hpp"

#include "../tests/accuracy/truth.hpp"

#include <laminate/kernel/forward/activation.hpp>
#include <laminate/kernel/forward/elu.hpp>
#include <laminate/kernel/forward/exp.hpp>
#include <laminate/kernel/forward/expm1.hpp>
#include <laminate/kernel/forward/relu.hpp>
#include <laminate/kernel/forward/sigmoid.hpp>
#include <laminate/kernel/forward/softmax.hpp>
#include <laminate/kernel/forward/tanh.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace {

namespace kernel = laminate::kernel;
using bench::pack;
using bench::reg;

// In and out fit the L1 cache together.
constexpr std::size_t elements = 2048;

// y = f(x) for `elements` floats
using pass = std::function<void(const float* x, float* y)>;

// Inlined into its caller GCC 12 keeps the sums in memory, a third as fast.
[[gnu::noinline]] double fma_peak() { return bench::fma_peak(); }

void add(const std::string& name, const std::string& label, const pass& run,
         std::size_t multiplications = 0) {
    benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
        // Registers must not cross cache lines.
        alignas(64) static float x[elements];
        alignas(64) static float y[elements];
        std::ranges::copy(bench::seeded_rows(elements), x);
        const float* from = x;
        float* to = y;
        bench::pretend_to_use(from);
        bench::pretend_to_use(to);
        for (auto _ : state) {
            run(from, to);
            benchmark::ClobberMemory();
        }
        state.SetLabel(label);
        state.counters["elements_per_ns"] = benchmark::Counter(
            static_cast<double>(state.iterations()) * elements / 1e9, benchmark::Counter::kIsRate);
        if (multiplications == 0) return;
        state.counters["multiplications"] = static_cast<double>(multiplications);
        state.counters["peak_gflops"] = fma_peak();
    });
}

// What was seen of a function on every 257th float, about 2^24 of them: the worst error in ulp
// where input, exact result and result are normal numbers; and whether it gave zero, a denormal or
// infinity for a normal number.
struct errors {
    double worst = 0.0;
    bool gives_up_early = false;
};

bool is_normal(double x) { return std::abs(x) >= 0x1p-126 && std::abs(x) <= 0x1.fffffep127; }

errors try_floats(const pass& run, double (*exact)(double)) {
    constexpr std::uint64_t step = 257;
    constexpr std::uint64_t all = std::uint64_t{1} << 32;
    std::vector<float> x(elements);
    std::vector<float> y(elements);
    errors seen;
    for (std::uint64_t first = 0; first < all; first += step * elements) {
        for (std::size_t i = 0; i < elements; ++i)
            x[i] = __builtin_bit_cast(float, static_cast<std::uint32_t>(first + step * i));
        run(x.data(), y.data());
        for (std::size_t i = 0; i < elements; ++i) {
            const double truth = exact(static_cast<double>(x[i]));
            const auto result = static_cast<double>(y[i]);
            if (!is_normal(static_cast<double>(x[i])) || !is_normal(truth)) continue;
            if (is_normal(result) || std::isnan(result))
                seen.worst = std::max(seen.worst, laminate::truth::ulp_error(y[i], truth));
            else
                seen.gives_up_early = true;
        }
    }
    return seen;
}

std::string in_ulp(double error) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", error);
    return text;
}

// One function: its name, what is exact, and the runs of all who have it.
struct contest {
    std::string name;
    double (*exact)(double);

    void enter(const std::string& who, const pass& run, const std::string& stated,
               std::size_t multiplications = 0) const {
        const errors seen = try_floats(run, exact);
        if (seen.worst <= 16.0)
            add(name + "/" + who,
                in_ulp(seen.worst) + (seen.gives_up_early ? ", gives up early;" : ";") + stated,
                run, multiplications);
        else
            std::fprintf(stderr, "%s of %s is wrong by %.3g ulp and not timed\n", name.c_str(),
                         who.c_str(), seen.worst);
    }
    // Any function from register to register.
    template <class Function>
    void enter_vector(const std::string& who, const std::string& stated, const Function& f) const {
        enter(
            who,
            [f](const float* x, float* y) {
                for (std::size_t i = 0; i < elements; i += pack::lanes)
                    pack::store(y + i, f(pack::load(x + i)));
            },
            stated);
    }
    template <class Function>
    void enter_libm(const Function& f) const {
        enter(
            "libm",
            [f](const float* x, float* y) {
                for (std::size_t i = 0; i < elements; ++i)
                    y[i] = f(x[i]);
            },
            "");
    }
    template <class Functor>
    void enter_laminate(const Functor& f, const std::string& stated) const;
};

// A pack that counts what the multipliers of a core have to do for one register.
struct counting : laminate::pack::scalar {
    static inline std::size_t multiplications = 0;
    static float mul(float a, float b) { return ++multiplications, scalar::mul(a, b); }
    static float fma(float a, float b, float c) { return ++multiplications, scalar::fma(a, b, c); }
    template <int Largest>
    static float scale_1p(float a, float n) {
        return ++multiplications, scalar::scale_1p<Largest>(a, n);
    }
};

template <class Functor>
void contest::enter_laminate(const Functor& f, const std::string& stated) const {
    counting::multiplications = 0;
    float result = f(counting{}, 0.5f, 0);
    bench::pretend_to_use(result);
    enter(
        "laminate",
        [f](const float* x, float* y) {
            kernel::activation<pack, elements>(x, elements, y, elements, 1, f);
        },
        stated, counting::multiplications);
}

template <class Functor>
void enter_laminate(const contest& c, const Functor& f) {
    c.enter_laminate(f, in_ulp(Functor::max_ulp));
}

// What exp makes of the logistic function.
template <class Exp>
auto logistic(const Exp& exp) {
    return [exp](reg x) { return reg(1.0f) / (reg(1.0f) + exp(reg(0.0f) - x)); };
}

// The functions that everybody has.
template <class Math>
void enter_peer(const std::string& who, const std::string& stated, const contest& exp,
                const contest& expm1, const contest& sigmoid, const contest& tanh) {
    exp.enter_vector(who, stated, [](reg x) { return Math::exp(x); });
    expm1.enter_vector(who, stated, [](reg x) { return Math::expm1(x); });
    sigmoid.enter_vector(who, "", logistic([](reg x) { return Math::exp(x); }));
    tanh.enter_vector(who, stated, [](reg x) { return Math::tanh(x); });
}

void add_elementwise() {
    const contest relu{"relu", [](double x) { return x > 0.0 ? x : 0.0; }};
    const contest leaky_relu{"leaky_relu",
                             [](double x) { return x < 0.0 ? static_cast<double>(0.01f) * x : x; }};
    const contest elu{"elu", [](double x) { return x < 0.0 ? std::expm1(x) : x; }};
    const contest exp{"exp", [](double x) { return std::exp(x); }};
    const contest expm1{"expm1", [](double x) { return std::expm1(x); }};
    const contest sigmoid{"sigmoid", [](double x) { return 1.0 / (1.0 + std::exp(-x)); }};
    const contest tanh{"tanh", [](double x) { return std::tanh(x); }};

    relu.enter_laminate(kernel::relu{}, "0");
    leaky_relu.enter_laminate(kernel::leaky_relu{0.01f}, "0.50");
    elu.enter_laminate(kernel::elu{1.0f}, in_ulp(kernel::expm1::max_ulp));
    enter_laminate(exp, kernel::exp{});
    enter_laminate(expm1, kernel::expm1{});
    enter_laminate(sigmoid, kernel::sigmoid{});
    enter_laminate(tanh, kernel::tanh{});
    // The others as tests/accuracy lists them: nobody else here has them all.
    std::apply(
        [](const auto&... f) {
            const auto enter = [](const auto& function) {
                using functor = typename std::decay_t<decltype(function)>::functor;
                for (const char* peers_have : {"exp", "expm1", "sigmoid", "tanh"})
                    if (function.name == peers_have) return;
                enter_laminate(contest{std::string(function.name), function.exact}, functor{});
            };
            (enter(f), ...);
        },
        laminate::truth::functions);
    enter_peer<bench::xsimd_math>("xsimd", "", exp, expm1, sigmoid, tanh);
#if LAMINATE_BENCH_SLEEF
    enter_peer<bench::sleef_math>("SLEEF", "1.00", exp, expm1, sigmoid, tanh);
    tanh.enter_vector("SLEEF u35", "3.50", [](reg x) { return bench::sleef_math::tanh_u35(x); });
#endif
#if LAMINATE_BENCH_LIBMVEC
    enter_peer<bench::libmvec_math>("libmvec", "4.00", exp, expm1, sigmoid, tanh);
#endif
    exp.enter_libm([](float x) { return std::exp(x); });
    expm1.enter_libm([](float x) { return std::expm1(x); });
    sigmoid.enter_libm([](float x) { return 1.0f / (1.0f + std::exp(-x)); });
    tanh.enter_libm([](float x) { return std::tanh(x); });
}

template <std::size_t Width>
void add_softmax() {
    const std::string name = "softmax of " + std::to_string(Width);
    add(name + "/laminate", ";", [](const float* x, float* y) {
        kernel::softmax<pack, Width>(x, Width, y, Width, elements / Width);
    });
    add(name + "/libm", ";", [](const float* x, float* y) {
        for (std::size_t row = 0; row + Width <= elements; row += Width) {
            float maximum = x[row];
            for (std::size_t i = 1; i < Width; ++i)
                maximum = std::max(maximum, x[row + i]);
            float sum = 0.0f;
            for (std::size_t i = 0; i < Width; ++i)
                sum += y[row + i] = std::exp(x[row + i] - maximum);
            for (std::size_t i = 0; i < Width; ++i)
                y[row + i] /= sum;
        }
    });
}

} // namespace

int main(int argc, char** argv) {
    add_elementwise();
    add_softmax<8>();
    add_softmax<64>();
    add_softmax<1024>();
#if !LAMINATE_BENCH_SLEEF
    benchmark::AddCustomContext("absent_sleef", "SLEEF (Debian, Ubuntu: libsleef-dev)");
#endif
#if !LAMINATE_BENCH_LIBMVEC
    benchmark::AddCustomContext("absent_libmvec", "libmvec (glibc 2.35 on x86-64)");
#endif
    return bench::run(argc, argv);
}
