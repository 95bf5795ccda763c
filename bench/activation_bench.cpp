// SPDX-License-Identifier: MIT
// Activations alone, in elements per nanosecond: Laminate's, xsimd's own where it has one, and the
// C library's one by one. The label tells the error that each states, in ulp: Laminate's is the
// worst over all floats; the others state none that holds for every float and version.

#include "limits.hpp"
#include "networks.hpp"
#include "report_main.hpp"

#include <laminate/kernel/activation.hpp>
#include <laminate/kernel/elu.hpp>
#include <laminate/kernel/exp.hpp>
#include <laminate/kernel/expm1.hpp>
#include <laminate/kernel/relu.hpp>
#include <laminate/kernel/sigmoid.hpp>
#include <laminate/kernel/softmax.hpp>
#include <laminate/kernel/tanh.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace {

namespace lam = laminate;

namespace kernel = lam::kernel;
using pack = lam::pack::xsimd;

// In and out fit the L1 cache together.
constexpr std::size_t elements = 2048;

template <class Pass>
void add(const std::string& name, const std::string& label, const Pass& pass) {
    benchmark::RegisterBenchmark(name.c_str(), [label, pass](benchmark::State& state) {
        const std::vector<float> x = bench::seeded_rows(elements);
        std::vector<float> y(elements);
        const float* from = x.data();
        float* to = y.data();
        bench::pretend_to_use(from);
        bench::pretend_to_use(to);
        for (auto _ : state) {
            pass(from, to);
            benchmark::ClobberMemory();
        }
        state.SetLabel(label);
        state.counters["elements_per_ns"] = benchmark::Counter(
            static_cast<double>(state.iterations()) * elements / 1e9, benchmark::Counter::kIsRate);
    });
}

template <class Functor>
void add_ours(const std::string& name, const std::string& label, const Functor& f) {
    add(name + "/laminate", label, [f](const float* x, float* y) {
        kernel::activation<pack, elements>(x, elements, y, elements, 1, f);
    });
}

template <class Functor>
std::string stated() {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f ulp", Functor::max_ulp);
    return text;
}

// Any function from register to register.
template <class Function>
void add_xsimd(const std::string& name, const Function& f) {
    add(name + "/xsimd", "none stated", [f](const float* x, float* y) {
        for (std::size_t i = 0; i < elements; i += pack::lanes)
            pack::store(y + i, f(pack::load(x + i)));
    });
}

template <class Function>
void add_scalar(const std::string& name, const Function& f) {
    add(name + "/libm", "none stated", [f](const float* x, float* y) {
        for (std::size_t i = 0; i < elements; ++i)
            y[i] = f(x[i]);
    });
}

template <std::size_t Width>
void add_softmax() {
    const std::string name = "softmax of " + std::to_string(Width);
    add(name + "/laminate", "see kernel/softmax.hpp", [](const float* x, float* y) {
        kernel::softmax<pack, Width>(x, Width, y, Width, elements / Width);
    });
    add(name + "/libm", "none stated", [](const float* x, float* y) {
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
    using reg = pack::reg;
    add_ours("relu", "exact", kernel::relu{});
    add_ours("leaky_relu", "0.5 ulp", kernel::leaky_relu{0.01f});
    add_ours("elu", "expm1's, and a rounding", kernel::elu{1.0f});
    add_ours("exp", stated<kernel::exp>(), kernel::exp{});
    add_xsimd("exp", [](reg x) { return xsimd::exp(x); });
    add_scalar("exp", [](float x) { return std::exp(x); });
    add_ours("expm1", stated<kernel::expm1>(), kernel::expm1{});
    add_xsimd("expm1", [](reg x) { return xsimd::expm1(x); });
    add_scalar("expm1", [](float x) { return std::expm1(x); });
    add_ours("sigmoid", stated<kernel::sigmoid>(), kernel::sigmoid{});
    add_xsimd("sigmoid", [](reg x) { return reg(1.0f) / (reg(1.0f) + xsimd::exp(-x)); });
    add_scalar("sigmoid", [](float x) { return 1.0f / (1.0f + std::exp(-x)); });
    add_ours("tanh", stated<kernel::tanh>(), kernel::tanh{});
    add_xsimd("tanh", [](reg x) { return xsimd::tanh(x); });
    add_scalar("tanh", [](float x) { return std::tanh(x); });
    add_softmax<8>();
    add_softmax<64>();
    add_softmax<1024>();
    return bench::run(argc, argv);
}
